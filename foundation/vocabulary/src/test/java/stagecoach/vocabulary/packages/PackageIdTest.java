package stagecoach.vocabulary.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"Shop.Web", "a", "_", "1", "A-b.c_d", "x.1-2"})
    void an_id_of_words_joined_by_dot_or_dash_is_kept_as_spelled(String text) {
        assertThat(PackageId.parse(text).value()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ".", "a.", ".a", "a..b", "a.-b", "a b", "ä", "a/b", "../a", "a\\b", "a\n"
            })
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> PackageId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void an_id_of_more_than_a_hundred_characters_is_refused_with_its_length() {
        assertThat(PackageId.parse("a".repeat(100)).value()).hasSize(100);
        assertThatThrownBy(() -> PackageId.parse("a".repeat(101))).hasMessageContaining("101");
    }

    @Test
    void ids_that_differ_only_in_case_are_equal_whatever_the_machines_language() {
        var before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(PackageId.parse("SHIP.IT"))
                    .isEqualTo(PackageId.parse("ship.it"))
                    .hasSameHashCodeAs(PackageId.parse("ship.it"));
            assertThat(PackageId.parse("SHIP.IT").lower()).isEqualTo("ship.it");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Property
    void in_whatever_case_it_is_written_an_id_is_one_id_in_one_place(
            @ForAll("ids") String text, @ForAll Random random) {
        PackageId id = PackageId.parse(text);
        PackageId other = PackageId.parse(inAnotherCase(text, random));

        assertThat(id.value()).isEqualTo(text);
        assertThat(other).isEqualTo(id).hasSameHashCodeAs(id).isEqualByComparingTo(id);
        // Paths, addresses and keys are made of it.
        assertThat(other.lower()).isEqualTo(id.lower());
        assertThat(PackageId.parse(id.lower()).lower()).isEqualTo(id.lower());
    }

    @Property
    void ids_that_differ_in_more_than_their_case_are_different(
            @ForAll("ids") String one, @ForAll("ids") String other) {
        boolean same = one.equalsIgnoreCase(other);
        PackageId id = PackageId.parse(one);

        assertThat(id.equals(PackageId.parse(other))).isEqualTo(same);
        assertThat(id.compareTo(PackageId.parse(other)) == 0).isEqualTo(same);
        assertThat(id.lower().equals(PackageId.parse(other).lower())).isEqualTo(same);
    }

    private static String inAnotherCase(String text, Random random) {
        var other = new StringBuilder();
        text.chars()
                .map(
                        c ->
                                random.nextBoolean()
                                        ? Character.toUpperCase(c)
                                        : Character.toLowerCase(c))
                .forEach(other::appendCodePoint);
        return other.toString();
    }

    /** Of few letters, so that some are alike. */
    @Provide
    Arbitrary<String> ids() {
        Arbitrary<String> word =
                Arbitraries.oneOf(
                        Arbitraries.strings().withChars("aAbB1_").ofMinLength(1).ofMaxLength(2),
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .withCharRange('A', 'Z')
                                .withCharRange('0', '9')
                                .withChars('_')
                                .ofMinLength(1)
                                .ofMaxLength(12));
        Arbitrary<String> more =
                Combinators.combine(Arbitraries.of(".", "-"), word).as((join, next) -> join + next);
        return Combinators.combine(word, more.list().ofMaxSize(6))
                .as((first, others) -> first + String.join("", others));
    }

    @Property
    void no_text_makes_the_parser_do_anything_but_accept_or_refuse(
            @ForAll @StringLength(max = 120) String text) {
        try {
            assertThat(PackageId.parse(text).lower()).matches("[a-z0-9_.-]{1,100}");
        } catch (IllegalArgumentException refused) {
            assertThat(refused).message().isNotBlank();
        }
    }
}
