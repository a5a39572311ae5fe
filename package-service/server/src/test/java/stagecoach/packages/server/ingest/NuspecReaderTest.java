package stagecoach.packages.server.ingest;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NuspecReaderTest {

    @Test
    void a_nuspec_of_any_schema_says_id_version_authors_and_description() throws Exception {
        for (var schema :
                new String[] {
                    "",
                    " xmlns=\"http://schemas.microsoft.com/packaging/2010/07/nuspec.xsd\"",
                    " xmlns=\"http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd\""
                }) {
            var nuspec =
                    read(
                            """
                            <package%s><!-- built by hand -->
                              <files><file src="x"/></files>
                              <metadata minClientVersion="2.12">
                                <id> Shop.Web </id><version>01.2-Beta+7</version>
                                <authors>A &amp; B</authors>
                                <description><![CDATA[<fast>]]> shop</description>
                                <dependencies><group><dependency id="X" version="1"/></group></dependencies>
                                <packageTypes><packageType name="Dependency"/></packageTypes>
                              </metadata>
                            </package>
                            """
                                    .formatted(schema));
            assertThat(nuspec.id().value()).isEqualTo("Shop.Web");
            assertThat(nuspec.version().value()).isEqualTo("1.2.0-Beta");
            assertThat(nuspec.authors()).isEqualTo("A & B");
            assertThat(nuspec.description()).isEqualTo("<fast> shop");
        }
    }

    @Test
    void authors_and_description_may_be_missing_and_are_cut_to_a_bound() throws Exception {
        assertThat(read(nuspec("<id>a</id><version>1</version>")).description()).isEmpty();
        var endless = "x".repeat(NuspecReader.TEXT_LENGTH_MAX + 1);
        assertThat(
                        read(nuspec(
                                        "<id>a</id><version>1</version><description>"
                                                + endless
                                                + "</description>"))
                                .description())
                .hasSize(NuspecReader.TEXT_LENGTH_MAX);
    }

    @Test
    void other_encodings_and_byte_order_marks_are_understood() throws Exception {
        var text = nuspec("<id>a</id><version>1</version>");
        assertThat(NuspecReader.read(text.getBytes(UTF_16))).isNotNull();
        assertThat(NuspecReader.read(("\ufeff" + text).getBytes(UTF_8))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<version>1</version>",
                "<id>a</id>",
                "<id/><version>1</version>",
                "<id>a/b</id><version>1</version>",
                "<id>a</id><version>one</version>",
                "<id>a</id><id>b</id><version>1</version>",
                "<id>a</id><version>1</version><version>2</version>",
                "<id>a<b/></id><version>1</version>",
                "<id>a</id><version>1</version>&unknown;",
                "<x><id>a</id><version>1</version></x>",
            })
    void a_nuspec_that_does_not_say_exactly_one_good_id_and_version_is_refused(String metadata) {
        assertRefused(Refusal.Code.NUSPEC_INVALID, nuspec(metadata));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<package>", "<packages/>", "{}", "<package><metadata/></package>"})
    void what_is_no_nuspec_is_refused(String xml) {
        assertRefused(Refusal.Code.NUSPEC_INVALID, xml);
    }

    @Test
    void a_symbols_package_is_refused_by_name() {
        assertRefused(
                Refusal.Code.SYMBOLS_PACKAGE,
                nuspec(
                        "<id>a</id><version>1</version><packageTypes><packageType"
                                + " name=\"SymbolsPackage\"/></packageTypes>"));
    }

    @Test
    void a_nuspec_reads_no_file_and_calls_nobody(@TempDir Path folder) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), "Secret.Id").toUri();
        var calls = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    calls.incrementAndGet();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        try {
            var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/x.dtd";
            var body = nuspec("<id>&x;</id><version>1</version>");
            assertRefused(
                    Refusal.Code.NUSPEC_INVALID,
                    "<!DOCTYPE package [<!ENTITY x SYSTEM \"" + secret + "\">]>" + body);
            assertRefused(
                    Refusal.Code.NUSPEC_INVALID,
                    "<!DOCTYPE package SYSTEM \"" + url + "\">" + body);
            assertRefused(
                    Refusal.Code.NUSPEC_INVALID,
                    "<!DOCTYPE package [<!ENTITY % p SYSTEM \"" + url + "\"> %p;]>" + body);
        } finally {
            server.stop(0);
        }
        assertThat(calls).hasValue(0);
    }

    @Test
    void an_entity_that_doubles_itself_is_refused_before_it_grows() {
        var entities = new StringBuilder("<!DOCTYPE package [<!ENTITY a0 \"ha\">");
        for (var i = 1; i < 64; i++) {
            entities.append("<!ENTITY a%d \"&a%d;&a%d;\">".formatted(i, i - 1, i - 1));
        }
        assertRefused(
                Refusal.Code.NUSPEC_INVALID,
                entities + "]>" + nuspec("<id>&a63;</id><version>1</version>"));
    }

    @Test
    void the_sentence_says_where_the_xml_is_broken() {
        assertThatThrownBy(() -> read("<package>\n<metadata>\n<id>a</di>"))
                .hasMessageContaining("line 3");
    }

    @Property
    void no_bytes_make_the_reader_do_anything_but_read_or_refuse(@ForAll byte[] bytes)
            throws IOException {
        try {
            assertThat(NuspecReader.read(bytes)).isNotNull();
        } catch (PackageRefusedException refused) {
            assertThat(refused.refusal().code()).isEqualTo(Refusal.Code.NUSPEC_INVALID);
        }
    }

    private static void assertRefused(Refusal.Code code, String xml) {
        var thrown = catchThrowableOfType(PackageRefusedException.class, () -> read(xml));
        assertThat(thrown).as("it was read").isNotNull();
        assertThat(thrown.refusal().code()).isEqualTo(code);
        assertThat(thrown.refusal().sentence()).endsWith(".");
    }

    private static Nuspec read(String xml) throws PackageRefusedException {
        return NuspecReader.read(xml.getBytes(UTF_8));
    }

    private static String nuspec(String metadata) {
        return "<package><metadata>" + metadata + "</metadata></package>";
    }
}
