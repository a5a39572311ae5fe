package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.runtime.test.TestKeys;

/** The requests of nuget 2.8.7, as it was seen to send them. */
@PackageServiceTest
class NuGetV2Test {
    private static final String DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices";

    @Test
    void a_client_finds_the_functions_that_it_calls() throws Exception {
        Document service = xml("");
        Document metadata = xml("/$metadata");

        assertThat(service.getDocumentElement().getLocalName()).isEqualTo("service");
        assertThat(attributes(service, "http://www.w3.org/2007/app", "collection", "href"))
                .containsExactly("Packages");
        assertThat(
                        attributes(
                                metadata,
                                "http://schemas.microsoft.com/ado/2006/04/edm",
                                "FunctionImport",
                                "Name"))
                .containsExactly("Search", "FindPackagesById");
    }

    @Test
    void it_lists_the_newest_version_of_each_package() throws Exception {
        String id = Packages.freshId() + ".List";
        Http.pushed(nupkg(id, "1.0.0"));
        Http.pushed(nupkg(id, "1.1.0"));
        Http.pushed(nupkg(id, "1.2.0-rc1"));
        String search =
                "/Search()?searchTerm='%s'&targetFramework=''&includePrerelease=%s&$filter=%s&$orderby=Id&$skip=0&$top=30";

        Document stable = xml(search.formatted(id, "false", "IsLatestVersion"));
        Document all = xml(search.formatted(id, "true", "IsAbsoluteLatestVersion"));

        assertThat(properties(stable, "Version")).containsExactly("1.1.0");
        assertThat(properties(all, "Version")).containsExactly("1.2.0-rc1");
        assertThat(properties(xml("/Packages()?$filter=tolower(Id)%20eq%20'" + id + "'"), "Id"))
                .containsExactly(id, id);
    }

    @Test
    void it_installs_what_a_package_and_its_address_say() throws Exception {
        String id = Packages.freshId() + ".Install";
        byte[] nupkg = nupkg(id, "1.0.0");
        Http.pushed(nupkg);

        Document found = xml("/FindPackagesById()?id='" + id + "'");
        Document one = xml("/Packages(Id='" + id + "',Version='1.0')");

        for (Document document : List.of(found, one)) {
            assertThat(properties(document, "Dependencies"))
                    .containsExactly("Shop.Core:[1.0.0, ):net45|::net6.0");
            assertThat(properties(document, "Description")).containsExactly("<&> \"all\"");
            assertThat(properties(document, "IsLatestVersion")).containsExactly("true");
            assertThat(properties(document, "PackageHashAlgorithm")).containsExactly("SHA512");
        }
        String address =
                attributes(found, "http://www.w3.org/2005/Atom", "content", "src").getFirst();
        HttpResponse<byte[]> downloaded =
                Http.bytes(
                        Http.request(
                                address.substring(Http.uri("").toString().length()),
                                TestKeys.READ));
        assertThat(downloaded.body()).isEqualTo(nupkg);
        assertThat(
                        xml("/FindPackagesById()?id='no.such'")
                                .getElementsByTagName("entry")
                                .getLength())
                .isZero();
    }

    @Test
    void whoever_names_an_id_is_told_what_every_version_needs() throws Exception {
        String id = Packages.freshId() + ".All";
        Http.pushed(nupkg(id, "1.0.0"));
        Http.pushed(nupkg(id, "1.1.0"));

        Document all = xml("/Packages()?$filter=Id%20eq%20'" + id + "'");

        assertThat(properties(all, "Version")).containsExactlyInAnyOrder("1.0.0", "1.1.0");
        assertThat(properties(all, "Dependencies"))
                .hasSize(2)
                .containsOnly("Shop.Core:[1.0.0, ):net45|::net6.0");
        assertThat(properties(xml("/Packages()?$skip=1&$filter=Id%20eq%20'" + id + "'"), "Version"))
                .containsExactly("1.1.0");
    }

    /** Clients count what came, and stop when it is less than they asked for. */
    @Test
    void who_reads_a_list_page_by_page_gets_every_version_once() throws Exception {
        String family = Packages.freshId() + ".Pages";
        List<String> pushed = new ArrayList<>();
        for (String id : List.of("A", "B", "C", "D", "E", "F", "G")) {
            for (int minor = 2; minor <= 10; minor++) {
                String version = "1.%d.0".formatted(minor);
                Http.pushed(nupkg(family + "." + id, version));
                pushed.add(family + "." + id + " " + version);
            }
        }
        String search = "/Search()?searchTerm='%s'&$skip=%d&$top=10";

        assertThat(paged(skip -> search.formatted(family, skip))).isEqualTo(pushed);
        assertThat(
                        paged(
                                skip ->
                                        "/FindPackagesById()?id='%s.C'&$skip=%d&$top=10"
                                                .formatted(family, skip)))
                .isEqualTo(pushed.subList(18, 27));
        assertThat(properties(xml(search.formatted(family, 5)), "IsLatestVersion"))
                .containsExactly(
                        "false", "false", "false", "true", "false", "false", "false", "false",
                        "false", "false");
        assertThat(properties(xml(search.formatted(family, 5)), "Dependencies"))
                .hasSize(10)
                .containsOnly("Shop.Core:[1.0.0, ):net45|::net6.0");
        assertThat(properties(xml(search.formatted(family, 1) + "&$filter=IsLatestVersion"), "Id"))
                .hasSize(6);
    }

    private static List<String> paged(IntFunction<String> path) throws Exception {
        List<String> all = new ArrayList<>();
        List<String> page;
        do {
            Document document = xml(path.apply(all.size()));
            List<String> ids = properties(document, "Id");
            List<String> versions = properties(document, "Version");
            page =
                    IntStream.range(0, ids.size())
                            .mapToObj(i -> ids.get(i) + " " + versions.get(i))
                            .toList();
            all.addAll(page);
        } while (page.size() == 10);
        return all;
    }

    @Test
    void it_pushes_with_http_1_0_and_unlists() throws Exception {
        var nupkg = Packages.of(Packages.freshId() + ".Push", "1.0.0", 10);
        assertThat(OldClient.push("/nuget/v2/", nupkg)).startsWith("HTTP/1.0 201");
        String path = "/nuget/v2/" + nupkg.id() + "/1.0";

        assertThat(Http.send(Http.request(path, TestKeys.READ).DELETE()).statusCode())
                .isEqualTo(403);
        assertThat(Http.send(Http.request(path, TestKeys.PUSH).DELETE()).statusCode())
                .isEqualTo(204);
        assertThat(properties(xml("/FindPackagesById()?id='" + nupkg.id() + "'"), "Listed"))
                .containsExactly("false");
        assertThat(properties(xml("/Search()?searchTerm='" + nupkg.id() + "'"), "Id")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Packages(Id='a',Version='x')",
                "/Packages(Id='../a',Version='1.0')",
                "/Packages(Id='a')",
                "/Users()",
                "/api/v2/package",
                "x",
            })
    void there_is_nothing_at_other_paths(String path) throws Exception {
        assertThat(Http.get("/nuget/v2" + path).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Search()?$filter=substringof('x',Id)",
                "/Search()?$top=-1",
                "/Packages()?$skip=some",
            })
    void what_is_not_understood_is_refused(String path) throws Exception {
        assertThat(Http.get("/nuget/v2" + path).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/Search()?searchTerm='%00%27%27%3Cx'",
                "/FindPackagesById()?id='../x'",
                "/Packages()?$filter=Id%20eq%20'%00'",
                "/Search()?searchTerm='&$top=99999999999999999999",
            })
    void nothing_makes_the_server_fail(String path) throws Exception {
        assertThat(Http.get("/nuget/v2" + path).statusCode()).isEqualTo(200);
    }

    private static Document xml(String path) throws Exception {
        HttpResponse<String> answer = Http.get("/nuget/v2" + path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return DocumentBuilderFactory.newDefaultNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(answer.body().getBytes(UTF_8)));
    }

    private static List<String> properties(Document document, String name) {
        return elements(document, DATA, name).stream().map(Element::getTextContent).toList();
    }

    private static List<String> attributes(
            Document document, String namespace, String element, String attribute) {
        return elements(document, namespace, element).stream()
                .map(found -> found.getAttribute(attribute))
                .toList();
    }

    private static List<Element> elements(Document document, String namespace, String name) {
        var found = document.getElementsByTagNameNS(namespace, name);
        return IntStream.range(0, found.getLength())
                .mapToObj(i -> (Element) found.item(i))
                .toList();
    }

    private static byte[] nupkg(String id, String version) {
        return Archive.withNuspec(
                        """
                        <package><metadata><id>%s</id><version>%s</version>
                        <authors>Shop</authors><description>&lt;&amp;&gt; "all"</description>
                        <dependencies><group targetFramework="net45">
                        <dependency id="Shop.Core" version="1.0"/></group>
                        <group targetFramework="net6.0"/></dependencies>
                        </metadata></package>
                        """
                                .formatted(id, version))
                .file("content/version.txt", version)
                .bytes();
    }
}
