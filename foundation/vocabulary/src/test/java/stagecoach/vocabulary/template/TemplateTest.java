package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private static final Map<String, String> KNOWN =
            Map.of(
                    "Name", "World",
                    "Db.Url", "jdbc:x",
                    "Stagecoach.Step[web].Output[web-1].Dir", "/srv",
                    "Raw", "#{Name}");

    private static String render(String text) {
        return Template.parse(text).fill(KNOWN).text();
    }

    @Test
    void references_are_replaced_wherever_they_stand() {
        assertThat(render("Hello #{Name}!")).isEqualTo("Hello World!");
        assertThat(render("#{Name}#{Db.Url}#{ Name }")).isEqualTo("Worldjdbc:xWorld");
        assertThat(render("cd #{Stagecoach.Step[web].Output[web-1].Dir}")).isEqualTo("cd /srv");
        assertThat(render("")).isEmpty();
    }

    @Test
    void unknown_names_stay_as_they_are_written() {
        assertThat(render("a #{Other} b #{ Third } c")).isEqualTo("a #{Other} b #{ Third } c");
    }

    @Test
    void a_doubled_hash_stands_for_the_reference_itself() {
        assertThat(render("##{Name} is #{Name}")).isEqualTo("#{Name} is World");
        assertThat(render("#{Name}##{Name}")).isEqualTo("World#{Name}");
        assertThat(render("###{Name}")).isEqualTo("##{Name}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${#array[@]}",
                "${var##*/}",
                "${var##{*}",
                "#{}",
                "#{ }",
                "#{",
                "#{a",
                "#{a b}",
                "#{.a}",
                "#{a[}",
                "#{a]}",
                "#{a[]}",
                "#{a[b[c]]}",
                "#{{a}}",
                "# {Name}",
                "#",
                "puts \"#{user.name + 1}\""
            })
    void what_is_no_reference_is_left_alone(String text) {
        assertThat(render(text)).isEqualTo(text);
        assertThat(Template.parse(text).fill(KNOWN).unknown()).isEmpty();
    }

    @Test
    void a_reference_inside_other_braces_is_still_found() {
        assertThat(render("#{ #{Name} }")).isEqualTo("#{ World }");
        assertThat(render("{\"a\": {\"b\": \"#{Name}\"}}"))
                .isEqualTo("{\"a\": {\"b\": \"World\"}}");
    }

    @Test
    void what_a_lookup_gives_is_not_looked_at_again() {
        assertThat(render("#{Raw}")).isEqualTo("#{Name}");
    }

    @Test
    void everything_that_is_missing_is_told_at_once_and_stays() {
        var filled = Template.parse("#{Name} #{A} #{B} #{A} #{C | ToUpper}").fill(KNOWN);
        assertThat(filled.masks()).isEmpty();
        assertThat(filled.unknown()).containsExactly("#{A}", "#{B}", "#{C | ToUpper}");
        assertThat(filled.text()).isEqualTo("World #{A} #{B} #{A} #{C | ToUpper}");
    }

    @Test
    void names_are_told_once_each_in_order() {
        assertThat(Template.parse("#{B} #{A} #{B} ##{C}").names()).containsExactly("B", "A");
    }

    @Test
    void a_text_of_nothing_but_opening_braces_is_parsed_in_no_time() {
        String text = "#{".repeat(300_000) + "}";
        assertThat(render(text)).isEqualTo(text);
    }

    @Property
    void a_text_without_known_names_is_given_back_but_for_its_escapes(
            @ForAll("texts") String text) {
        String rendered = Template.parse(text).fill(Map.of()).text();
        assertThat(rendered.replace("#", "")).isEqualTo(text.replace("#", ""));
        if (!text.contains("##{")) {
            assertThat(rendered).isEqualTo(text);
        }
    }

    @Property
    void an_escaped_reference_survives_any_surroundings(
            @ForAll("plain") String before, @ForAll("plain") String after) {
        assertThat(render(before + "##{Name}" + after)).isEqualTo(before + "#{Name}" + after);
        assertThat(render(before + "#{Name}" + after)).isEqualTo(before + "World" + after);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("#", "{", "}", "#{", "##{", "Name", "a[b]", " ", "|", "\n", "$", "if")
                .list()
                .ofMaxSize(14)
                .map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> plain() {
        return Arbitraries.strings().withChars("ab {}$\n").ofMaxLength(8);
    }

    @Test
    void what_a_filter_makes_of_a_secret_is_told_to_be_masked() {
        var filled =
                Template.parse("#{Secret | ToBase64} #{Open | ToBase64}")
                        .fill(
                                Map.of("Secret", "hunter2", "Open", "anybody"),
                                value -> value.contains("hunter2"));
        assertThat(filled.text()).isEqualTo("aHVudGVyMg== YW55Ym9keQ==");
        assertThat(filled.masks()).containsExactly("aHVudGVyMg==");
    }
}
