package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.vocabulary.template.syntax.SyntaxMistake;

class LanguageTest {
    private static final Map<String, String> KNOWN =
            Map.ofEntries(
                    Map.entry("Name", "World"),
                    Map.entry("Yes", "True"),
                    Map.entry("No", "false"),
                    Map.entry("Empty", ""),
                    Map.entry("Other", "World"),
                    Map.entry("Which", "b"),
                    Map.entry("Roles", "web, db,cache"),
                    Map.entry("Raw", "a#b}"),
                    Map.entry("Price", "4.3"),
                    Map.entry("Day", "2026-11-24"),
                    Map.entry("Endpoint[b].Address", "b.example"),
                    Map.entry("Endpoint[a].Address", "a.example"),
                    Map.entry("Endpoint[a].Roles", "x,y"),
                    Map.entry("Port[10]", "ten"),
                    Map.entry("Port[9]", "nine"));

    private static String render(String text) {
        var template = Template.parse(text);
        assertThat(template.mistakes()).isEmpty();
        return template.fill(KNOWN).text();
    }

    private static String mistake(String text) {
        List<SyntaxMistake> mistakes = Template.parse(text).mistakes();
        assertThat(mistakes).as(text).hasSize(1);
        assertThat(Template.parse(text).fill(Map.of()).text()).as("stays").isEqualTo(text);
        return mistakes.getFirst().sentence();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '=',
            value = {
                "#{Name | ToUpper}=WORLD",
                "#{Name|tolower}=world",
                "#{ Name | ToUpper | ToLower }=world",
                "#{Missing | Default \"x\"}=x",
                "#{Empty | Default \"x\" | ToUpper}=X",
                "#{Name | Default \"x\"}=World",
                "#{Missing | Default #{Name}}=World",
                "#{Name | Replace \"o(r)\" \"0$1\"}=W0rld",
                "#{Name | Replace \"l\"}=Word",
                "#{Name | Substring 2}=Wo",
                "#{Name | Substring 3 9}=ld",
                "#{Name | Truncate 3}=Wor...",
                "#{Name | Append \"!\" | Prepend \"<\"}=<World!",
                "#{Name | ToBase64}='V29ybGQ='",
                "#{Name | ToBase64 | FromBase64}=World",
                "#{Name | Contains \"or\"}=True",
                "#{Name | Match \"^w\"}=False",
                "#{Raw | UriDataEscape}=a%23b%7D",
                "#{Price | Format \"0.00\"}=4.30",
                "#{Day | Format \"dd.MM.yyyy\"}=24.11.2026",
                "#{Name | Append \"}\"}=World}",
                "#{Name | Replace \\\"l\\\" \\\"L\\\"}=WorLd",
            })
    void values_go_through_filters_in_turn(String text, String expected) {
        assertThat(render(text)).isEqualTo(expected);
    }

    @Test
    void escapes_make_a_value_safe_where_it_is_put() {
        var hard = Map.of("V", "a&<\">'\\\n\té=: #");
        assertThat(Template.parse("#{V | HtmlEscape}").fill(hard).text())
                .isEqualTo("a&amp;&lt;&quot;&gt;&#39;\\\n\té=: #");
        assertThat(Template.parse("#{V | XmlEscape}").fill(hard).text())
                .isEqualTo("a&amp;&lt;&quot;&gt;&apos;\\\n\té=: #");
        assertThat(Template.parse("#{V | JsonEscape}").fill(hard).text())
                .isEqualTo("a&<\\\">'\\\\\\n\\té=: #");
        assertThat(Template.parse("#{V | PropertiesKeyEscape}").fill(hard).text())
                .isEqualTo("a&<\">'\\\\\\n\\t\\u00E9\\=\\:\\ \\#");
        assertThat(Template.parse("#{V | PropertiesValueEscape}").fill(hard).text())
                .isEqualTo("a&<\">'\\\\\\n\\t\\u00E9=: #");
        assertThat(Template.parse("#{V | YamlSingleQuoteEscape}").fill(hard).text())
                .contains(">''\\");
        assertThat(Template.parse("#{U | UriEscape}").fill(Map.of("U", "http://é/a b?c=d")).text())
                .isEqualTo("http://%C3%A9/a%20b?c=d");
    }

    @Test
    void markdown_becomes_html_and_html_in_it_stays_text() {
        assertThat(html("# 1.4\n* *faster*\n* see [notes](https://example.org)"))
                .isEqualTo(
                        """
                        <h1>1.4</h1>
                        <ul>
                        <li><em>faster</em></li>
                        <li>see <a rel="nofollow" href="https://example.org">notes</a></li>
                        </ul>
                        """);
        assertThat(html("<script>x</script> <b>")).doesNotContain("<script", "<b>");
        assertThat(html("[x](javascript:alert)")).doesNotContain("javascript");
    }

    @Test
    void markdown_that_is_too_long_or_too_deep_fails_in_words() {
        assertThatThrownBy(() -> html("x".repeat(70_000)))
                .hasMessageContaining("MarkdownToHtml takes at most 16384 characters");
        assertThatThrownBy(() -> html(">".repeat(16_000)))
                .hasMessageContaining("too deep to follow");
    }

    @Test
    void an_address_that_markdown_uses_again_and_again_makes_no_endless_html() {
        String address = "[a]: /" + "x".repeat(8_000) + "\n\n";
        assertThatThrownBy(() -> html(address + "[a] ".repeat(2_000)))
                .hasMessageContaining("MarkdownToHtml gives more than 1048576 characters");
    }

    private static String html(String markdown) {
        return Template.parse("#{V | MarkdownToHtml}").fill(Map.of("V", markdown)).text();
    }

    @Test
    void one_word_of_a_command_line_stays_one_whatever_is_in_it() {
        var hostile = Map.of("V", "it's $(reboot) `x` \"\\ \u2019");
        assertThat(Template.parse("say #{V | ShellEscape}").fill(hostile).text())
                .isEqualTo("say 'it'\\''s $(reboot) `x` \"\\ \u2019'");
        assertThat(Template.parse("say #{V | PowerShellEscape}").fill(hostile).text())
                .isEqualTo("say 'it''s $(reboot) `x` \"\\ \u2019\u2019'");
        assertThat(Template.parse("#{V | YamlDoubleQuoteEscape}").fill(Map.of("V", "a\"\n")).text())
                .isEqualTo("a\\\"\\n");
    }

    @ParameterizedTest
    @CsvSource({
        "VersionMajor, 1",
        "VersionMinor, 4",
        "VersionPatch, 7",
        "VersionRevision, 0",
        "VersionPreRelease, beta.2",
        "VersionPreReleasePrefix, beta",
        "VersionPreReleaseCounter, 2",
        "VersionMetadata, abc",
    })
    void a_version_has_parts(String filter, String part) {
        assertThat(
                        Template.parse("#{V | %s}".formatted(filter))
                                .fill(Map.of("V", "v1.4.7-beta.2+abc"))
                                .text())
                .isEqualTo(part);
    }

    @ParameterizedTest
    @CsvSource({
        "Scheme, https",
        "Host, shop.example",
        "Port, 8443",
        "HostAndPort, shop.example:8443",
        "AbsolutePath, /a%20b",
        "Query, ?c=d",
        "PathAndQuery, /a%20b?c=d",
        "Fragment, #e",
        "UserInfo, ada",
        "authority, shop.example:8443",
    })
    void a_uri_has_parts(String part, String expected) {
        assertThat(
                        Template.parse("#{U | UriPart %s}".formatted(part))
                                .fill(Map.of("U", "https://ada@shop.example:8443/a%20b?c=d#e"))
                                .text())
                .isEqualTo(expected);
    }

    @Test
    void lines_are_indented_and_texts_have_digests() {
        var lines = Map.of("T", "a\nb");
        assertThat(Template.parse("#{T | Indent 2}").fill(lines).text()).isEqualTo("  a\n  b");
        assertThat(Template.parse("#{T | Indent \"/2\"}").fill(lines).text()).isEqualTo("a\n  b");
        assertThat(Template.parse("#{T | Indent \"1/2\"}").fill(lines).text()).isEqualTo(" a\n  b");
        var empty = Map.of("E", "");
        assertThat(Template.parse("#{E | Md5}").fill(empty).text())
                .isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
        assertThat(Template.parse("#{E | Sha1}").fill(empty).text())
                .isEqualTo("da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assertThat(Template.parse("#{E | Sha256}").fill(empty).text())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void a_part_that_does_not_exist_and_an_indent_without_end_are_told() {
        assertThat(Template.parse("#{U | UriPart Hots}").mistakes())
                .singleElement()
                .satisfies(m -> assertThat(m.sentence()).contains("HostAndPort"));
        assertThat(Template.parse("#{U | Indent wide}").mistakes())
                .singleElement()
                .satisfies(m -> assertThat(m.sentence()).contains("2/4"));
        assertThatThrownBy(
                        () ->
                                Template.parse("#{T | Indent 999}")
                                        .fill(Map.of("T", "\n".repeat(2_000))))
                .hasMessageContaining("Indent gives more than");
    }

    @ParameterizedTest
    @CsvSource({
        "#{if Yes}a#{else}b#{/if}, a",
        "#{if No}a#{else}b#{/if}, b",
        "#{if Missing}a#{/if}., .",
        "#{if Empty}a#{/if}., .",
        "#{unless No}a#{/unless}, a",
        "#{unless Yes}a#{else}b#{/unless}, b",
        "#{ if  Name == \"World\" }a#{/if}, a",
        "#{if Name != \"World\"}a#{else}b#{/if}, b",
        "#{if Name==Other}a#{/if}, a",
        "#{if Name == \"world\"}a#{else}b#{/if}, b",
        "#{if Name | ToLower == \"world\"}a#{/if}, a",
        "#{if Yes}#{if No}a#{else}b#{/if}c#{/if}, bc",
        "#{If Yes}#{Name}#{/If}, World",
    })
    void conditions_choose(String text, String expected) {
        assertThat(render(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0", "no", "No", "false", "FALSE "})
    void nothing_0_no_and_false_do_not_count_as_true(String value) {
        assertThat(Template.parse("#{if X}a#{else}b#{/if}").fill(Map.of("X", value)).text())
                .isEqualTo("b");
    }

    @Test
    void a_loop_goes_through_a_list() {
        assertThat(render("#{each r in Roles}[#{r}]#{/each}")).isEqualTo("[web][db][cache]");
        assertThat(render("Ok#{each r in Missing}#{r}#{/each}#{each r in Empty}#{r}#{/each}"))
                .isEqualTo("Ok");
        assertThat(
                        render(
                                "#{each r in Roles}#{Stagecoach.Template.Each.Index}#{if Stagecoach.Template.Each.First}first#{/if}#{unless Stagecoach.Template.Each.Last},#{/unless}#{/each}"))
                .isEqualTo("0first,1,2");
    }

    @Test
    void a_loop_goes_through_an_indexed_collection_in_the_order_of_its_indices() {
        assertThat(render("#{each e in Endpoint}#{e}=#{e.Address} #{/each}"))
                .isEqualTo("a=a.example b=b.example ");
        assertThat(render("#{each p in Port}#{p.Key}:#{p} #{/each}")).isEqualTo("9:nine 10:ten ");
        assertThat(render("#{each e in Endpoint}#{each r in e.Roles}#{e.Key}#{r}#{/each}#{/each}"))
                .isEqualTo("axay");
    }

    @Test
    void an_index_may_be_a_variable() {
        assertThat(render("#{Endpoint[a].Address} #{Endpoint[#{Which}].Address}"))
                .isEqualTo("a.example b.example");
        assertThat(render("#{each e in Endpoint}#{Endpoint[#{e.Key}].Address};#{/each}"))
                .isEqualTo("a.example;b.example;");
        assertThat(Template.parse("#{Endpoint[#{Nope}].Address}").fill(KNOWN).unknown())
                .containsExactly("#{Endpoint[#{Nope}].Address}");
    }

    @Test
    void whatever_has_braces_may_be_escaped() {
        assertThat(render("##{if Yes}##{Name | ToUpper}##{/if} ##{user.name + 1}"))
                .isEqualTo("#{if Yes}#{Name | ToUpper}#{/if} #{user.name + 1}");
    }

    @Test
    void a_mistake_is_told_with_its_line_and_column_and_with_the_escape() {
        assertThat(mistake("a\n  b #{Name | ToUpperr}"))
                .startsWith("line 2, column 5: There is no filter ToUpperr; there are ToLower,")
                .endsWith("Write ##{ where the text #{ itself is meant.");
        assertThat(mistake("puts \"#{user.name + 1}\""))
                .startsWith("line 1, column 7: \"+ 1}\"\" cannot stand here; write #{Name},");
        assertThat(mistake("#{if A}b")).contains("#{if A} is never closed. Write #{/if}");
        assertThat(mistake("b#{/each}")).contains("#{/each} closes nothing");
        assertThat(mistake("#{else}")).contains("belongs to no #{if}");
        assertThat(mistake("#{each a Roles}#{a}")).contains("#{each item in Collection}");
        assertThat(mistake("#{Name")).contains("never closed");
        assertThat(mistake("#{Name | Append \"x}")).contains("quote is opened and never closed");
        assertThat(mistake("#{Name | }")).contains("name is missing behind |");
        assertThat(mistake("#{Name | Truncate x}")).contains("Argument 1 of Truncate is no number");
        assertThat(mistake("#{Name | Replace \"(\" \"\"}")).contains("no regular expression");
        assertThat(mistake("#{Name | ToUpper 3}")).contains("ToUpper takes no argument, and has 1");
        assertThat(mistake("#{Name | NowDateUtc}")).contains("knows no clock");
        assertThat(mistake("#{Name | Markdown}")).contains("Give the text as HTML");
        assertThat(mistake("#{A[]}")).contains("An index has");
    }

    @Test
    void what_is_opened_and_not_closed_is_text_and_what_is_in_it_is_not() {
        var template = Template.parse("#{each e in Roles}#{if Yes}#{Name}#{/each}");
        assertThat(template.mistakes()).hasSize(1);
        assertThat(template.fill(KNOWN).text()).isEqualTo("#{if Yes}World".repeat(3));
    }

    @Test
    void a_value_that_a_filter_cannot_take_is_told_without_the_value() {
        assertThatThrownBy(() -> Template.parse("#{V | FromBase64}").fill(Map.of("V", "s3cr3t!")))
                .isInstanceOf(VariableProblem.Unfit.class)
                .hasMessage(
                        "#{V | FromBase64} gives nothing: FromBase64 was given a value that is no base64.");
        assertThatThrownBy(() -> Template.parse("#{V | Format \"0\"}").fill(Map.of("V", "s3cr3t")))
                .hasMessageContaining("neither a number nor a date")
                .hasMessageNotContaining("s3cr3t");
    }

    @Test
    void what_a_variable_tells_a_filter_is_not_repeated_either() {
        var expected =
                Map.of(
                        "2 | Truncate #{V}", "Argument 1 of Truncate is no number",
                        "2 | Substring 0 #{V}", "Argument 2 of Substring is no number",
                        "2 | Replace #{V}", "Argument 1 of Replace is no regular expression",
                        "2 | Match #{V}", "Argument 1 of Match is no regular expression",
                        "2 | Trim #{V}", "Trim takes start, end or nothing",
                        "2 | Format #{V}", "Argument 1 of Format is no pattern for a number",
                        "Day | Format #{V}", "Argument 1 of Format does not fit this date");
        expected.forEach(
                (call, sentence) ->
                        assertThatThrownBy(
                                        () ->
                                                Template.parse("#{%s}".formatted("V" + call))
                                                        .fill(
                                                                Map.of(
                                                                        "V", "(hunter2.#.#;;{",
                                                                        "V2", "2",
                                                                        "VDay", "2026-11-24")))
                                .as(call)
                                .isInstanceOf(VariableProblem.Unfit.class)
                                .hasMessageContaining(sentence)
                                .hasMessageNotContaining("hunter2"));
    }

    @Test
    void an_expansion_bomb_is_refused() {
        String list = "x,".repeat(2_000);
        assertThatThrownBy(
                        () ->
                                Template.parse(
                                                "#{each a in L}#{each b in L}#{each c in L}.#{/each}#{/each}#{/each}")
                                        .fill(Map.of("L", list)))
                .isInstanceOf(VariableProblem.TooLarge.class);
        assertThatThrownBy(
                        () ->
                                Template.parse(
                                                "#{V | Replace \".\" \"$0$0$0$0$0$0$0$0\" | Replace \".\" \"$0$0$0$0$0$0$0$0\" | Replace \".\" \"$0$0$0$0$0$0$0$0\"}")
                                        .fill(Map.of("V", "x".repeat(60_000))))
                .isInstanceOf(VariableProblem.Unfit.class)
                .hasMessageContaining("more than 1048576 characters");
    }

    @Test
    void conditions_stand_in_one_another_so_deep_and_no_deeper() {
        var deep = Template.parse("#{if A}".repeat(60) + "x" + "#{/if}".repeat(60));
        assertThat(deep.mistakes()).isNotEmpty();
        assertThat(deep.mistakes().getFirst().sentence()).contains("more than 50 deep");
    }

    @Property
    void any_text_either_renders_or_is_a_problem_with_a_name(@ForAll("texts") String text) {
        var template = Template.parse(text);
        template.mistakes().forEach(mistake -> assertThat(mistake.sentence()).startsWith("line "));
        try {
            String rendered = template.fill(KNOWN).text();
            if (template.isConstant() && !text.contains("##{")) {
                assertThat(rendered).isEqualTo(text);
            }
        } catch (VariableProblem problem) {
            assertThat(problem.sentence()).isNotBlank();
        }
    }

    @Property
    void text_without_openings_comes_back_as_often_as_it_is_rendered(@ForAll String text) {
        String plain = text.replace("#{", "# {");
        String once = Template.parse(plain).fill(KNOWN).text();
        assertThat(once).isEqualTo(plain);
        assertThat(Template.parse(once).fill(KNOWN).text()).isEqualTo(plain);
    }

    @Property
    void an_escaped_text_is_itself_whatever_stands_in_it(@ForAll("texts") String text) {
        var template = Template.parse(Template.escaped(text));
        assertThat(template.mistakes()).isEmpty();
        assertThat(template.isConstant()).isTrue();
        assertThat(template.fill(KNOWN).text()).isEqualTo(text);
    }

    @Property
    void base64_there_and_back_changes_nothing(@ForAll("valid") String value) {
        assertThat(Template.parse("#{V|ToBase64|FromBase64}").fill(Map.of("V", value)).text())
                .isEqualTo(value);
    }

    @Provide
    Arbitrary<String> valid() {
        return Arbitraries.strings()
                .filter(text -> text.codePoints().noneMatch(LanguageTest::half));
    }

    private static boolean half(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "#{",
                        "}",
                        "##{",
                        "#{if Yes}",
                        "#{if ",
                        "#{/if}",
                        "#{else}",
                        "#{unless No}",
                        "#{/unless}",
                        "#{each r in Roles}",
                        "#{/each}",
                        "#{r}",
                        "#{Name}",
                        "Name",
                        " | ToUpper",
                        " | FromBase64",
                        " | Replace \"o\" \"$1\"",
                        " == \"x\"",
                        "[",
                        "]",
                        "Endpoint[",
                        "#{Which}",
                        ".",
                        "\"",
                        "\\\"",
                        " ",
                        "\n",
                        "/if",
                        "|")
                .list()
                .ofMaxSize(20)
                .map(pieces -> String.join("", pieces));
    }
}
