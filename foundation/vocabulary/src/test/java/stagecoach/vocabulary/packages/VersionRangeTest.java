package stagecoach.vocabulary.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
    void an_interval_holds_exactly_what_lies_between_its_bounds(
            @ForAll("versions") PackageVersion low,
            @ForAll("versions") PackageVersion version,
            @ForAll("versions") PackageVersion high) {
        if (low.compareTo(high) >= 0) {
            return;
        }
        var range = VersionRange.parse("[%s, %s)".formatted(low, high));
        boolean between = low.compareTo(version) <= 0 && version.compareTo(high) < 0;
        boolean taken = !version.isPrerelease() || low.isPrerelease() || high.isPrerelease();
        assertThat(range.matches(version)).isEqualTo(between && taken);
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
        var number = Arbitraries.integers().between(0, 3);
        var labels = Arbitraries.of("", "", "-alpha", "-beta.1", "-beta.2");
        return Combinators.combine(number, number, number, labels)
                .as((a, b, c, label) -> PackageVersion.parse(a + "." + b + "." + c + label));
    }
}
