package stagecoach.vocabulary.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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

class PackageVersionTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1.0.0",
        "1.0, 1.0.0",
        "1.0.0.0, 1.0.0",
        "01.00.0, 1.0.0",
        "1.0.0+x, 1.0.0",
        "1.2.3.4, 1.2.3.4",
        "1.0.0.1, 1.0.0.1",
        "1.0-Beta.2+sha.007, 1.0.0-Beta.2",
        "2147483647.0, 2147483647.0.0",
        "000000000000001, 1.0.0",
        "1-0, 1.0.0-0",
        "1.0.0-a-b--c, 1.0.0-a-b--c",
        "1.0.0-0a, 1.0.0-0a",
    })
    void every_spelling_has_one_normalised_form(String spelling, String normalised) {
        assertThat(PackageVersion.parse(spelling).value()).isEqualTo(normalised);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "1.",
                ".1",
                "1..2",
                "1.2.3.4.5",
                "2147483648",
                "-1",
                "v1",
                "1.0.0-",
                "1.0.0-a..b",
                "1.0.0-01",
                "1.0.0+",
                "1.0.0+a..b",
                "1.0.0-a_b",
                "1.0 ",
                " 1.0",
                "١.٠",
                "1.0.0+a+b",
                "1,0",
                "1.0.0-ä",
                "1.0.0\n"
            })
    void anything_else_is_refused_with_a_sentence(String text) {
        assertThatThrownBy(() -> PackageVersion.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no package version")
                .hasMessageEndingWith(".");
    }

    @Test
    void an_endless_version_is_refused() {
        assertThatThrownBy(() -> PackageVersion.parse("1.0.0-" + "a".repeat(200)))
                .hasMessageContaining("206 characters");
    }

    @Test
    void prerelease_labels_keep_their_spelling_and_compare_without_case() {
        var upper = PackageVersion.parse("1.0.0-BETA");
        var lower = PackageVersion.parse("1.0.0-beta");
        assertThat(upper).isEqualTo(lower).hasSameHashCodeAs(lower).isEqualByComparingTo(lower);
        assertThat(upper.value()).isEqualTo("1.0.0-BETA");
        assertThat(upper.lower()).isEqualTo("1.0.0-beta");
        assertThat(upper.isPrerelease()).isTrue();
        assertThat(upper.prerelease()).isEqualTo("BETA");
    }

    @Test
    void versions_are_ordered_as_semver_and_nuget_order_them() {
        var ordered =
                List.of(
                        "0.0.1",
                        "1.0.0-1",
                        "1.0.0-2",
                        "1.0.0-10",
                        "1.0.0-99999999999999999999",
                        "1.0.0-alpha",
                        "1.0.0-alpha.1",
                        "1.0.0-Alpha.beta",
                        "1.0.0-beta",
                        "1.0.0-beta.2",
                        "1.0.0-BETA.11",
                        "1.0.0-rc.1",
                        "1.0.0",
                        "1.0.0.1-a",
                        "1.0.0.1",
                        "1.0.1",
                        "1.2.0",
                        "1.10.0",
                        "10.0.0");
        var shuffled = new ArrayList<>(ordered.stream().map(PackageVersion::parse).toList());
        Collections.reverse(shuffled);
        Collections.sort(shuffled);
        assertThat(shuffled).map(PackageVersion::value).isEqualTo(ordered);
    }

    @Property
    void normalising_twice_changes_nothing(@ForAll("versions") PackageVersion version) {
        assertThat(PackageVersion.parse(version.value()).value()).isEqualTo(version.value());
        assertThat(PackageVersion.parse(version.lower())).isEqualTo(version);
    }

    @Property
    void the_order_is_total_and_agrees_with_equality(
            @ForAll("versions") PackageVersion a,
            @ForAll("versions") PackageVersion b,
            @ForAll("versions") PackageVersion c) {
        assertThat(Integer.signum(a.compareTo(b))).isEqualTo(-Integer.signum(b.compareTo(a)));
        assertThat(a.compareTo(b) == 0).isEqualTo(a.equals(b));
        if (a.compareTo(b) <= 0 && b.compareTo(c) <= 0) {
            assertThat(a).isLessThanOrEqualTo(c);
        }
    }

    @Property
    void metadata_and_case_are_no_part_of_the_identity(@ForAll("versions") PackageVersion version) {
        assertThat(PackageVersion.parse(version.value().toUpperCase(Locale.ROOT) + "+Build.01"))
                .isEqualTo(version);
    }

    @Property
    void no_text_makes_the_parser_do_anything_but_accept_or_refuse(@ForAll String text) {
        try {
            assertThat(PackageVersion.parse(text).lower()).matches("[0-9]+(\\.[0-9]+){2,3}(-.+)?");
        } catch (IllegalArgumentException refused) {
            assertThat(refused).message().isNotBlank();
        }
    }

    @Provide
    Arbitrary<PackageVersion> versions() {
        var number = Arbitraries.of("0", "1", "2", "007", "10", "2147483647");
        var label = Arbitraries.of("0", "1", "10", "a", "B", "beta", "-", "0a", "99999999999");
        var numbers = number.list().ofMinSize(1).ofMaxSize(4).map(parts -> String.join(".", parts));
        var labels =
                label.list()
                        .ofMaxSize(3)
                        .map(parts -> parts.isEmpty() ? "" : "-" + String.join(".", parts));
        return Combinators.combine(numbers, labels)
                .as((left, right) -> PackageVersion.parse(left + right));
    }
}
