package stagecoach.vocabulary.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {
    private static final List<PackageVersion> PUBLISHED =
            List.of(
                            "0.9.0",
                            "1.0.0-alpha.1",
                            "1.0.0-Beta.2",
                            "1.0.0",
                            "1.0.0.5",
                            "1.2.0",
                            "1.2.9",
                            "1.10.0",
                            "1.11.0-beta.1",
                            "2.0.0",
                            "2.1.0-rc.1")
                    .stream()
                    .map(PackageVersion::parse)
                    .toList();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.2 | 1.2.0",
                "* | 2.0.0",
                "*-* | 2.1.0-rc.1",
                "1.* | 1.10.0",
                "01.* | 1.10.0",
                "1.2.* | 1.2.9",
                "1.0.0.* | 1.0.0.5",
                "1.*-* | 1.11.0-beta.1",
                "1.*-rc* | 1.10.0",
                "1.0.0-* | 1.0.0",
                "1.0.0-beta* | 1.0.0",
                "2.1.0-rc.* | 2.1.0-rc.1",
                "2.1.0-* | 2.1.0-rc.1",
                "[1.0, 2.0) | 1.10.0",
                "[1.0,2.0] | 2.0.0",
                "(, 1.0) | 0.9.0",
                "(,1.0.0-c) | 1.0.0-Beta.2",
                "(1.2, ) | 2.0.0",
                "[1.2.0] | 1.2.0",
                "[1.0.0-alpha, 1.0.0) | 1.0.0-Beta.2",
            })
    void of_what_is_meant_the_newest_is_taken(String range, String newest) {
        assertThat(newestOf(range)).contains(PackageVersion.parse(newest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.*", "1.3.*", "[3.0, )", "1.0.1", "(2.0, 2.1]", "0.9.0-*-"})
    void what_is_meant_may_not_be_there(String range) {
        if (range.endsWith("-")) {
            assertThatThrownBy(() -> VersionRange.parse(range));
            return;
        }
        assertThat(newestOf(range)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1.0.0",
                "[1,2) | [1.0.0, 2.0.0)",
                "[1] | [1.0.0, 1.0.0]",
                "(,) | (, )",
                "1.02.* | 1.2.*",
                "1.2-b* | 1.2.0-b*",
            })
    void every_spelling_has_one_normalised_form(String spelling, String normalised) {
        assertThat(VersionRange.parse(spelling).value()).isEqualTo(normalised);
        assertThat(VersionRange.parse(normalised)).isEqualTo(VersionRange.parse(spelling));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "[", "[]", "(1.0)", "[1.0", "[2.0, 1.0]", "[1.0, 1.0)", "[1, 2, 3]", "1.*.2",
                "*.1", "1*", "1.2.3.4.*", "1.*-beta", "**", "~1.0", "^1.0", ">=1.0", "[*, 2)"
            })
    void anything_else_is_refused_with_a_sentence(String text) {
        assertThatThrownBy(() -> VersionRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void only_a_single_version_is_one() {
        assertThat(VersionRange.parse("1.0").single()).contains(PackageVersion.parse("1.0.0"));
        assertThat(VersionRange.parse("1.*").single()).isEmpty();
        assertThat(VersionRange.parse("[1.0]").single()).isEmpty();
    }

    @Property
    void whatever_its_ends_an_interval_holds_exactly_what_lies_between_them(
            @ForAll("ends") Optional<PackageVersion> low,
            @ForAll boolean withLow,
            @ForAll("ends") Optional<PackageVersion> high,
            @ForAll boolean withHigh,
            @ForAll("versions") PackageVersion version) {
        String text =
                (withLow ? "[" : "(")
                        + low.map(PackageVersion::value).orElse("")
                        + ","
                        + high.map(PackageVersion::value).orElse("")
                        + (withHigh ? "]" : ")");
        if (low.isPresent() && high.isPresent()) {
            int order = low.get().compareTo(high.get());
            if (order > 0 || (order == 0 && !(withLow && withHigh))) {
                assertThatThrownBy(() -> VersionRange.parse(text))
                        .hasMessageContaining("nothing lies between its bounds");
                return;
            }
        }
        boolean between =
                low.map(end -> end.compareTo(version))
                                .map(o -> o < 0 || (o == 0 && withLow))
                                .orElse(true)
                        && high.map(end -> end.compareTo(version))
                                .map(o -> o > 0 || (o == 0 && withHigh))
                                .orElse(true);
        boolean taken =
                !version.isPrerelease()
                        || low.filter(PackageVersion::isPrerelease).isPresent()
                        || high.filter(PackageVersion::isPrerelease).isPresent();
        assertThat(VersionRange.parse(text).matches(version)).as(text).isEqualTo(between && taken);
    }

    @Property
    void what_floats_holds_exactly_what_begins_like_it(
            @ForAll("prefixes") List<Integer> numbers,
            @ForAll boolean lastFloats,
            @ForAll("beginnings") Optional<String> labels,
            @ForAll("versions") PackageVersion version) {
        boolean floats = lastFloats && numbers.size() < 4;
        if (!floats && (labels.isEmpty() || numbers.isEmpty())) {
            return;
        }
        String text =
                Stream.concat(
                                        numbers.stream().map(String::valueOf),
                                        floats ? Stream.of("*") : Stream.of())
                                .collect(Collectors.joining("."))
                        + labels.map(beginning -> "-" + beginning + "*").orElse("");
        var own = new ArrayList<Integer>();
        for (String number : version.value().split("-", -1)[0].split("\\.", -1)) {
            own.add(Integer.valueOf(number));
        }
        List<Integer> wanted = floats ? numbers : fourOf(numbers);
        boolean begins = fourOf(own).subList(0, wanted.size()).equals(wanted);
        boolean labelled =
                !version.isPrerelease()
                        || labels.filter(version.prerelease()::startsWith).isPresent();

        assertThat(VersionRange.parse(text).matches(version))
                .as("%s in %s", version, text)
                .isEqualTo(begins && labelled);
    }

    private static List<Integer> fourOf(List<Integer> numbers) {
        return Stream.concat(numbers.stream(), Stream.generate(() -> 0)).limit(4).toList();
    }

    @Property
    void any_text_is_a_range_with_one_normalised_form_or_is_refused_in_a_sentence(
            @ForAll("scribbles") String text, @ForAll("versions") PackageVersion version) {
        VersionRange range;
        try {
            range = VersionRange.parse(text);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).endsWith(".").hasSizeGreaterThan(20);
            return;
        }
        VersionRange again = VersionRange.parse(range.value());
        assertThat(again.value()).isEqualTo(range.value());
        assertThat(again).isEqualTo(range).hasSameHashCodeAs(range);
        assertThat(again.matches(version)).isEqualTo(range.matches(version));
    }

    @Property
    void a_version_means_itself_and_nothing_else(
            @ForAll("versions") PackageVersion one, @ForAll("versions") PackageVersion other) {
        var range = VersionRange.exactly(one);
        assertThat(range.matches(one)).isTrue();
        assertThat(range.matches(other)).isEqualTo(one.equals(other));
    }

    private static Optional<PackageVersion> newestOf(String range) {
        return PUBLISHED.stream()
                .filter(VersionRange.parse(range)::matches)
                .max(Comparator.naturalOrder());
    }

    @Provide
    Arbitrary<PackageVersion> versions() {
        var number = Arbitraries.integers().between(0, 2);
        var fourth = Arbitraries.of("", "", ".1");
        var labels = Arbitraries.of("", "", "-alpha", "-beta.1", "-beta.2", "-b");
        return Combinators.combine(number, number, number, fourth, labels)
                .as((a, b, c, d, label) -> PackageVersion.parse(a + "." + b + "." + c + d + label));
    }

    @Provide
    Arbitrary<Optional<PackageVersion>> ends() {
        return versions().optional(0.8);
    }

    @Provide
    Arbitrary<List<Integer>> prefixes() {
        return Arbitraries.integers().between(0, 2).list().ofMaxSize(4);
    }

    @Provide
    Arbitrary<Optional<String>> beginnings() {
        return Arbitraries.of("", "b", "beta", "beta.", "beta.1", "rc").optional(0.8);
    }

    /** Half of them look like ranges. */
    @Provide
    Arbitrary<String> scribbles() {
        var part = Arbitraries.of("0", "1", "01", "2.3", "1.0.0.0", "*", "-", "-beta", ".", "+x");
        var version = part.list().ofMaxSize(4).map(parts -> String.join("", parts));
        var edge = Arbitraries.of("[", "(", "]", ")", "");
        return Arbitraries.oneOf(
                Combinators.combine(edge, version, Arbitraries.of(",", ", ", ""), version, edge)
                        .as((open, low, comma, high, close) -> open + low + comma + high + close),
                Arbitraries.strings().withChars("[]()*,.-+ 0129abX\u00e4").ofMaxLength(12),
                Arbitraries.strings().ofMaxLength(200));
    }
}
