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
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.index.DependencyRange;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.vocabulary.packages.PackageId;

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
    void what_clients_show_and_need_is_kept() throws Exception {
        var details =
                read("""
                                <package><metadata minClientVersion="3.3">
                                  <id>a</id><version>1.0.0-rc.1</version>
                                  <title>The A</title><tags>web  shop</tags>
                                  <projectUrl>https://a.example</projectUrl>
                                  <licenseUrl>javascript:alert(1)</licenseUrl>
                                  <requireLicenseAcceptance>True</requireLicenseAcceptance>
                                  <packageTypes><packageType name="DotnetTool"/></packageTypes>
                                  <dependencies>
                                    <dependency id="Old.Style" version="1.0"/>
                                    <group targetFramework="net45">
                                      <dependency id="B" version="[1.0,2.0)"/>
                                      <dependency id="C"/>
                                    </group>
                                    <group targetFramework="net6.0"/>
                                  </dependencies>
                                </metadata></package>
                                """)
                        .details();

        assertThat(details)
                .isEqualTo(
                        new PackageDetails(
                                "The A",
                                "web  shop",
                                "https://a.example",
                                "",
                                true,
                                "3.3",
                                true,
                                List.of("DotnetTool"),
                                List.of(
                                        group("", dependency("Old.Style", "[1.0.0, )")),
                                        group(
                                                "net45",
                                                dependency("B", "[1.0.0, 2.0.0)"),
                                                dependency("C", "(, )")),
                                        group("net6.0"))));
    }

    private static DependencyGroup group(String framework, Dependency... dependencies) {
        return new DependencyGroup(framework, List.of(dependencies));
    }

    private static Dependency dependency(String id, String range) {
        return new Dependency(new PackageId(id), new DependencyRange(range));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1.0 | <dependency id='b' version='1.0'/> | false",
                "1.0+x | | true",
                "1.0-rc.1 | | true",
                "1.0-rc1 | <dependency id='b' version='[1.0-rc1, 2.0.0)'/> | false",
                "1.0 | <dependency id='b' version='[1.0,2.0-rc.1)'/> | true",
                "1.0 | <dependency id='b' version='1.0+x'/> | true",
            })
    void semver_2_is_seen_in_the_version_and_in_dependencies(
            String version, String dependencies, boolean semVer2) throws Exception {
        assertThat(
                        read(nuspec(
                                        "<id>a</id><version>%s</version><dependencies>%s</dependencies>"
                                                .formatted(
                                                        version,
                                                        dependencies == null ? "" : dependencies)))
                                .details()
                                .semVer2())
                .isEqualTo(semVer2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<dependency version='1.0'/>",
                "<dependency id='../x' version='1.0'/>",
                "<dependency id='b' version='$version$'/>",
                "<dependency id='b' version='[1.0'/>",
                "<dependency id='b' version='(1.0)'/>",
                "<dependency id='b' version='[1,2,3]'/>",
                "<group><dependency id='b' version='1.*'/></group>",
            })
    void a_dependency_that_no_client_could_follow_is_refused(String dependency) {
        assertRefused(
                Refusal.Code.NUSPEC_INVALID,
                nuspec(
                        "<id>a</id><version>1</version><dependencies>"
                                + dependency
                                + "</dependencies>"));
    }

    @Test
    void more_dependencies_than_a_page_can_show_are_refused() {
        assertRefused(
                Refusal.Code.NUSPEC_INVALID,
                nuspec(
                        "<id>a</id><version>1</version><dependencies>"
                                + "<dependency id='b'/>".repeat(NuspecMetadata.DEPENDENCIES_MAX + 1)
                                + "</dependencies>"));
    }

    @Test
    void text_that_could_not_be_written_again_is_not_kept() throws Exception {
        var nuspec =
                read(
                        "<?xml version='1.1'?>"
                                + nuspec(
                                        "<id>a</id><version>1</version><title>x&#1;y</title><description>"
                                                + "x".repeat(NuspecReader.TEXT_LENGTH_MAX - 1)
                                                + "\ud83d\ude00</description>"));

        assertThat(nuspec.details().title()).isEqualTo("x y");
        assertThat(nuspec.description()).hasSize(NuspecReader.TEXT_LENGTH_MAX - 1);
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
