package stagecoach.tentacle.install.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class StructuredFileTest {
    private static StructuredFile.Outcome outcome(
            Format format, String text, Map<String, String> variables) throws UnreadableFile {
        return StructuredFile.replace(format, text.getBytes(StandardCharsets.UTF_8), variables);
    }

    private static String replaced(Format format, String text, Map<String, String> variables)
            throws UnreadableFile {
        return new String(outcome(format, text, variables).bytes(), StandardCharsets.UTF_8);
    }

    private static String json(String text, String name, String value) throws UnreadableFile {
        return replaced(Format.JSON, text, Map.of(name, value));
    }

    @Test
    void values_of_json_are_replaced_where_their_names_lead_and_all_else_stays() throws Exception {
        String before =
                """
                // what .NET takes
                {
                  "ConnectionStrings" : { "Default": "old",\t"Other": "o" },
                  "Servers": [ {"Name": "a"}, {"Name":"b", "Port" : 80} ],
                  "On": true, /* why not */ "Off": false,
                  "Nothing": null,
                }
                """
                        .replace("\n", "\r\n");
        String after =
                replaced(
                        Format.JSON,
                        before,
                        Map.of(
                                "ConnectionStrings:Default", "db=\"x\"\n",
                                "Servers:0:Name", "web-1",
                                "Servers:1:Port", "8080",
                                "On", "False",
                                "Nothing", "7",
                                "No:Such", "x",
                                "Servers:2:Name", "x"));
        assertThat(after)
                .isEqualTo(
                        before.replace("\"old\"", "\"db=\\\"x\\\"\\n\"")
                                .replace("{\"Name\": \"a\"}", "{\"Name\": \"web-1\"}")
                                .replace("80", "8080")
                                .replace("true", "false")
                                .replace("null", "7"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"a\" | 8080      | \"8080\"",
                "\"a\" | true      | \"true\"",
                "1     | -2.5e3    | -2.5e3",
                "1     | 007       | \"007\"",
                "1     | many      | \"many\"",
                "true  | TRUE      | true",
                "true  | yes       | \"yes\"",
                "null  | text      | \"text\"",
                "null  | [1, 2]    | [1, 2]",
                "null  | [1, 2     | \"[1, 2\"",
                "{\"b\": [1]} | {\"c\":{}} | {\"c\":{}}",
                "[1, {\"b\": 2}] | [3] | [3]",
            })
    void a_value_of_json_stays_of_its_kind_where_it_can(String before, String value, String after)
            throws Exception {
        assertThat(json("{\"z\": 1, \"a\": " + before + ", \"b\": 2}", "a", value))
                .isEqualTo("{\"z\": 1, \"a\": " + after + ", \"b\": 2}");
    }

    @Test
    void an_object_gives_way_to_an_object_only_and_that_is_told() throws Exception {
        var outcome =
                outcome(
                        Format.JSON,
                        "{\"Db\": {\"Url\": \"u\"}}",
                        Map.of("Db", "shop", "Db:Url", "v"));
        assertThat(new String(outcome.bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"Db\": {\"Url\": \"v\"}}");
        assertThat(outcome.leftOut()).containsOnlyKeys("Db");
        assertThat(outcome.replaced()).containsExactly("Db:Url");
    }

    @Test
    void a_long_file_is_replaced_at_the_right_places() throws Exception {
        var text = new StringBuilder("{\"list\": [");
        for (int i = 0; i < 20_000; i++) {
            text.append("{\"näme\": \"").append("\uD83D\uDE80".repeat(i % 5)).append("\"},\n");
        }
        String before = text + "{\"last\": \"x\"}]}";
        assertThat(json(before, "list:20000:last", "y"))
                .isEqualTo(before.replace("\"x\"", "\"y\""));
    }

    @Test
    void encoding_mark_and_line_ends_stay() throws Exception {
        String text = "\uFEFF{\"a\":\r\n\"ä\"}";
        for (var charset :
                new Charset[] {
                    StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
                }) {
            byte[] bytes =
                    StructuredFile.replace(Format.JSON, text.getBytes(charset), Map.of("a", "€"))
                            .bytes();
            assertThat(new String(bytes, charset)).isEqualTo("\uFEFF{\"a\":\r\n\"€\"}");
        }
    }

    @Test
    void values_of_yaml_are_replaced_and_comments_quotes_and_order_stay() throws Exception {
        String before =
                """
                %YAML 1.1
                ---
                # the database
                database:   # here
                  url: jdbc:old   # for now
                  password: 'se''cret'
                  pool: { min: 1, max: 5 }
                servers:
                - name: "a"
                  port: 80
                - name: b
                  note: >-
                    a long
                    story
                  tags: [x, y]
                empty:
                anchored: &base one
                again: *base
                tagged: !!str 5
                "quoted key": 1
                🚀: rocket
                last: x
                """;
        String after =
                replaced(
                        Format.YAML,
                        before,
                        Map.ofEntries(
                                Map.entry("database:url", "jdbc:new"),
                                Map.entry("database:password", "it's"),
                                Map.entry("database:pool:max", "50"),
                                Map.entry("servers:0:name", "12"),
                                Map.entry("servers:0:port", "8080"),
                                Map.entry("servers:1:name", "true"),
                                Map.entry("servers:1:note", "two\nlines: #1"),
                                Map.entry("servers:1:tags:1", "z"),
                                Map.entry("empty", "full"),
                                Map.entry("again", "else"),
                                Map.entry("tagged", "6"),
                                Map.entry("quoted key", "2"),
                                Map.entry("🚀", "- moon"),
                                Map.entry("last", "")));
        assertThat(after)
                .isEqualTo(
                        """
                        %YAML 1.1
                        ---
                        # the database
                        database:   # here
                          url: jdbc:new   # for now
                          password: 'it''s'
                          pool: { min: 1, max: 50 }
                        servers:
                        - name: "12"
                          port: 8080
                        - name: "true"
                          note: "two\\nlines: #1"
                          tags: [x, z]
                        empty: full
                        anchored: &base one
                        again: else
                        tagged: !!str "6"
                        "quoted key": 2
                        🚀: "- moon"
                        last: ""
                        """);
    }

    @Test
    void lists_and_mappings_of_yaml_give_way_to_json() throws Exception {
        String before =
                """
                top:
                  list:
                  - a
                  - b   # the last
                  map:
                    x: 1
                    y: |
                      text
                  flow: [1]
                  end: 1
                """;
        assertThat(
                        replaced(
                                Format.YAML,
                                before,
                                Map.of(
                                        "top:list", "[1,\n2]",
                                        "top:map", "{\"z\": 1}",
                                        "top:flow", "[]")))
                .isEqualTo(
                        """
                        top:
                          list:
                           [1, 2]   # the last
                          map:
                             {"z": 1}
                          flow: []
                          end: 1
                        """);
    }

    @Test
    void every_document_of_a_yaml_file_is_meant() throws Exception {
        assertThat(replaced(Format.YAML, "a: 1\n---\na: 2\n", Map.of("a", "3")))
                .isEqualTo("a: 3\n---\na: 3\n");
    }

    @Test
    void attributes_and_elements_of_xml_are_replaced_by_xpath_and_all_else_stays()
            throws Exception {
        String before =
                """
                <?xml version='1.0'?>
                <!DOCTYPE configuration SYSTEM "http://127.0.0.1:1/nowhere.dtd">
                <!-- <port>1</port> -->
                <configuration xmlns:a="urn:a" b='1'   a="2">
                  <add key="Url"   value='old' />
                  <port>80</port><port/>
                  <a:script><![CDATA[ if (a < b) ]]></a:script>
                  <group><one/>&amp;</group>
                </configuration>
                """;
        assertThat(
                        replaced(
                                Format.XML,
                                before,
                                Map.of(
                                        "//add[@key='Url']/@value", "a&b'\"<\n",
                                        "/configuration/port", "8 < 9",
                                        "//a:script", "x ]]> y",
                                        "/configuration/group", "<two a='1'/>",
                                        "//no/such", "x",
                                        "configuration", "not an XPath here")))
                .isEqualTo(
                        before.replace("'old'", "'a&amp;b&apos;&quot;&lt;&#10;'")
                                .replace(
                                        "<port>80</port><port/>",
                                        "<port>8 &lt; 9</port><port>8 &lt; 9</port>")
                                .replace(
                                        "<![CDATA[ if (a < b) ]]>",
                                        "<![CDATA[x ]]]]><![CDATA[> y]]>")
                                .replace("<one/>&amp;", "<two a='1'/>"));
    }

    @Test
    void what_xml_cannot_take_is_left_and_told() throws Exception {
        var outcome =
                outcome(
                        Format.XML,
                        "<a x='1'><b><c>1</c></b></a>",
                        Map.of(
                                "/a/b", "text",
                                "//c/text()", "2",
                                "/a/@x", "\u0001",
                                "//[", "2",
                                "//c", "3"));
        assertThat(new String(outcome.bytes(), StandardCharsets.UTF_8))
                .isEqualTo("<a x='1'><b><c>3</c></b></a>");
        assertThat(outcome.leftOut()).containsOnlyKeys("/a/b", "//c/text()", "/a/@x", "//[");
    }

    @Test
    void an_xml_file_keeps_its_encoding_and_writes_what_that_has_not_by_number() throws Exception {
        String before = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a b='ä'/>";
        byte[] bytes =
                StructuredFile.replace(
                                Format.XML,
                                before.getBytes(StandardCharsets.ISO_8859_1),
                                Map.of("/a/@b", "ü€"))
                        .bytes();
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .isEqualTo(before.replace("ä", "ü&#8364;"));
    }

    @Test
    void properties_keep_their_comments_separators_and_order() throws Exception {
        String before =
                """
                # url=1
                  ! url=2
                url = jdbc:\\
                      old
                a\\ b\\:c: x
                bare
                last   1
                twice=1
                twice=2""";
        assertThat(
                        replaced(
                                Format.PROPERTIES,
                                before,
                                Map.of(
                                        "url", " new\\\n",
                                        "a b:c", "y",
                                        "bare", "1",
                                        "last", "é",
                                        "twice", "")))
                .isEqualTo(
                        """
                        # url=1
                          ! url=2
                        url = \\ new\\\\\\n
                        a\\ b\\:c: y
                        bare=1
                        last   \\u00E9
                        twice=
                        twice=""");
    }

    @Test
    void old_properties_stay_latin() throws Exception {
        byte[] bytes =
                StructuredFile.replace(
                                Format.PROPERTIES,
                                "a=ä\r\nb=1\r\n".getBytes(StandardCharsets.ISO_8859_1),
                                Map.of("b", "ü€"))
                        .bytes();
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                .isEqualTo("a=ä\r\nb=ü\\u20AC\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON       | {\"a\": 1,~ \"b\" 2}        | line 2",
                "JSON       | {\"a\": 1                   | line 1",
                "YAML       | a: 1~b: [1~                 | line 3",
                "YAML       | a: 1~ b: 2                  | line 2",
                "XML        | <a>~<b></a>                 | line 2",
                "XML        | <a>                         | line 1",
                "PROPERTIES | a=1~b=\\u12                 | line 2",
            })
    void what_cannot_be_read_is_told_with_its_line(Format format, String text, String line) {
        assertThatThrownBy(() -> replaced(format, text.replace('~', '\n'), Map.of("a", "2")))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageStartingWith(line);
    }

    @Test
    void xml_reads_no_file_and_makes_no_entities() throws Exception {
        assertThatThrownBy(
                        () ->
                                replaced(
                                        Format.XML,
                                        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\n<a>&x;</a>",
                                        Map.of("/a", "1")))
                .isInstanceOf(UnreadableFile.class)
                .hasMessageContaining("DOCTYPE with declarations");
        assertThat(
                        replaced(
                                Format.XML,
                                "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<a><b>&x;</b><c/></a>",
                                Map.of("/a/c", "1")))
                .isEqualTo("<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<a><b>&x;</b><c>1</c></a>");
    }

    @Test
    void aliases_and_tags_of_yaml_do_nothing() throws Exception {
        String bomb =
                """
                a: &a [x, x, x, x, x, x, x, x, x]
                b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
                d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
                e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
                f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
                g: !!javax.script.ScriptEngineManager [!!java.net.URL ["http://127.0.0.1:1/"]]
                h: 1
                """;
        assertThat(replaced(Format.YAML, bomb, Map.of("h", "2")))
                .isEqualTo(bomb.replace("h: 1", "h: 2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JSON", "YAML", "XML"})
    void what_is_nested_too_deep_is_refused(Format format) {
        int levels = 1_000_000;
        String text =
                switch (format) {
                    case JSON, YAML -> "[".repeat(levels) + "]".repeat(levels);
                    case XML -> "<a>".repeat(levels) + "</a>".repeat(levels);
                    case PROPERTIES -> throw new IllegalArgumentException();
                };
        assertThatThrownBy(() -> replaced(format, text, Map.of("a", "1")))
                .isInstanceOf(UnreadableFile.class);
    }

    @Test
    void the_format_is_told_by_the_name_or_else_by_the_beginning() {
        assertThat(Format.of("conf/App.JSON", new byte[0])).contains(Format.JSON);
        assertThat(Format.of("a.yml", new byte[0])).contains(Format.YAML);
        assertThat(Format.of("web.config", "\uFEFF\n<a/>".getBytes(StandardCharsets.UTF_8)))
                .contains(Format.XML);
        assertThat(Format.of("web.config", "\uFEFF<a/>".getBytes(StandardCharsets.UTF_16LE)))
                .contains(Format.XML);
        assertThat(Format.of("settings", "{}".getBytes(StandardCharsets.UTF_8)))
                .contains(Format.JSON);
        assertThat(Format.of("app.conf", "a=1".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
