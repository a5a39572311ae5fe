package stagecoach.tentacle.install.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import stagecoach.wire.StagecoachJson;

/** Whatever a value is, another program reads it out of the file as it was put in. */
class RoundTripProperties {
    @Provide
    Arbitrary<String> values() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(12),
                Arbitraries.strings()
                        .withChars(" \t\n\r\"'\\:#-{}[],&*!|>%@`=<$.~0a\u00e9\u2028\ufeff")
                        .ofMaxLength(12),
                Arbitraries.of(
                        "yes", "null", "~", "1e3", "0x1F", "2001-01-01", "y", "- a", "a: b"));
    }

    private static String replaced(Format format, String text, String name, String value)
            throws UnreadableFile {
        return new String(
                StructuredFile.replace(
                                format, text.getBytes(StandardCharsets.UTF_8), Map.of(name, value))
                        .bytes(),
                StandardCharsets.UTF_8);
    }

    private static boolean isText(String value) {
        return value.equals(
                new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    @Property
    void json(@ForAll("values") String value) throws Exception {
        if (isText(value)) {
            String after = replaced(Format.JSON, "{\"a\":{\"b\":\"x\"},\"c\":1}", "a:b", value);
            Map<?, ?> read = StagecoachJson.read(after, Map.class);
            assertThat(((Map<?, ?>) read.get("a")).get("b")).isEqualTo(value);
        }
    }

    @Property
    void yaml(@ForAll("values") String value) throws Exception {
        if (isText(value)) {
            for (String before : new String[] {"x", "'x'", "\"x\"", "|\n    x\n    y"}) {
                String after =
                        replaced(Format.YAML, "a:\n  b: " + before + "\nc: 1\n", "a:b", value);
                Map<?, ?> read = new Yaml(new SafeConstructor(new LoaderOptions())).load(after);
                assertThat(((Map<?, ?>) read.get("a")).get("b")).isEqualTo(value);
                assertThat(read.get("c")).isEqualTo(1);
            }
        }
    }

    @Property
    void properties(@ForAll("values") String value) throws Exception {
        if (isText(value)) {
            String after = replaced(Format.PROPERTIES, "# é\na.b = x\nc=1", "a.b", value);
            var read = new Properties();
            read.load(new StringReader(after));
            assertThat(read).containsEntry("a.b", value).containsEntry("c", "1");
        }
    }

    @Property
    void xml(@ForAll("values") String value) throws Exception {
        if (isText(value) && XmlText.allows(value)) {
            for (String path : new String[] {"/a/@b", "/a/c", "/a/d"}) {
                String after =
                        replaced(
                                Format.XML,
                                "<a b='x'><c>1</c><d><![CDATA[x]]></d></a>",
                                path,
                                value);
                var nodes = new XmlDocument.Search(XmlDocument.parse(after)).select(path);
                assertThat(nodes.getFirst().getTextContent()).isEqualTo(value);
            }
        }
    }
}
