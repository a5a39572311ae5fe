package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.app.transfer.DetailsBackfill;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.packages.Sha512;

/** What NuGet clients list, search and read before they download. */
@PackageServiceTest
class FeedDocumentsTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Inject DetailsBackfill backfill;
    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;
    @Inject StoreCheck store;

    @Test
    void a_registration_is_compressed_where_the_protocol_says_so_and_not_sent_twice()
            throws Exception {
        String id = Packages.freshId();
        Http.pushed(nupkg(id, "1.0.0"));
        String path = "/nuget/v3/registrations/gzip/" + id.toLowerCase(Locale.ROOT) + "/index.json";

        HttpResponse<byte[]> compressed = Http.bytes(Http.request(path, TestKeys.READ));
        HttpResponse<String> plain = Http.get(path.replace("gzip", "plain"));

        assertThat(compressed.statusCode()).isEqualTo(200);
        assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
        JsonNode entry = unzipped(compressed).at("/items/0/items/0/catalogEntry");
        assertThat(entry.get("id").asText()).isEqualTo(id);
        assertThat(entry.at("/dependencyGroups/0").toString())
                .isEqualTo(
                        "{\"targetFramework\":\"net45\",\"dependencies\":[{\"id\":\"Shop.Core\",\"range\":\"[1.0.0, )\",\"registration\":\"%s\"}]}"
                                .formatted(
                                        Http.uri(
                                                "/nuget/v3/registrations/gzip/shop.core/index.json")));
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(JSON.readTree(plain.body()).get("count").asInt()).isEqualTo(1);
        String etag = compressed.headers().firstValue("ETag").orElseThrow();
        HttpResponse<byte[]> again =
                Http.bytes(Http.request(path, TestKeys.READ).header("If-None-Match", etag));
        assertThat(again.statusCode()).isEqualTo(304);
        HttpResponse<byte[]> head = Http.bytes(Http.request(path, TestKeys.READ).HEAD());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("ETag")).contains(etag);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void addresses_are_those_by_which_the_client_came() throws Exception {
        String id = Packages.freshId();
        Http.pushed(nupkg(id, "1.0.0"));

        HttpResponse<String> found =
                Http.send(
                        Http.request("/nuget/v3/search?q=" + id, TestKeys.READ)
                                .header("X-Forwarded-Proto", "https")
                                .header("X-Forwarded-Host", "packages.example:8443"));

        assertThat(JSON.readTree(found.body()).at("/data/0/registration").asText())
                .isEqualTo(
                        "https://packages.example:8443/nuget/v3/registrations/gzip/%s/index.json"
                                .formatted(id.toLowerCase(Locale.ROOT)));
    }

    @Test
    void what_only_an_old_version_says_of_itself_finds_the_package_as_it_is_now() throws Exception {
        String id = Packages.freshId() + ".Old";
        Http.pushed(nupkg(id, "1.0.0", "It has a samovar"));
        Http.pushed(nupkg(id, "2.0.0", "It has a kettle"));

        JsonNode found = search("q=samovar%%20%s".formatted(id)).at("/data/0");

        assertThat(found.get("version").asText()).isEqualTo("2.0.0");
        assertThat(found.get("description").asText()).isEqualTo("It has a kettle");
        assertThat(found.get("versions")).hasSize(2);
    }

    @Test
    void a_search_tells_stable_versions_unless_more_is_wanted() throws Exception {
        String id = Packages.freshId() + ".Search";
        Http.pushed(nupkg(id, "1.0.0"));
        Http.pushed(nupkg(id, "1.1.0-rc.1"));

        JsonNode stable = search("q=%s%%20web".formatted(id));
        JsonNode all = search("q=%s&prerelease=true&semVerLevel=2.0.0".formatted(id));

        assertThat(stable.get("totalHits").asInt()).isEqualTo(1);
        JsonNode found = stable.at("/data/0");
        assertThat(found.get("id").asText()).isEqualTo(id);
        assertThat(found.get("version").asText()).isEqualTo("1.0.0");
        assertThat(found.get("versions")).hasSize(1);
        assertThat(found.get("packageTypes").toString()).isEqualTo("[{\"name\":\"Dependency\"}]");
        assertThat(found.get("tags").toString()).isEqualTo("[\"web\",\"face\"]");
        assertThat(all.at("/data/0/version").asText()).isEqualTo("1.1.0-rc.1");
        assertThat(search("q=%s&packageType=DotnetTool".formatted(id)).get("data")).isEmpty();
        assertThat(search("q=%s&packageType=dependency".formatted(id)).get("data")).hasSize(1);
        assertThat(search("q=%s&skip=1".formatted(id)).toString())
                .isEqualTo("{\"totalHits\":1,\"data\":[]}");
        assertThat(search("q=%s&take=0".formatted(id)).get("data")).isEmpty();
        assertThat(Http.get("/nuget/v3/autocomplete?q=" + id).body())
                .isEqualTo("{\"totalHits\":1,\"data\":[\"%s\"]}".formatted(id));
        assertThat(Http.get("/nuget/v3/autocomplete?prerelease=true&semVerLevel=2&id=" + id).body())
                .isEqualTo("{\"totalHits\":2,\"data\":[\"1.0.0\",\"1.1.0-rc.1\"]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "search?q=%00x",
                "search?q=%ff%fe",
                "search?q=%27%22%5C%25_",
                "search?skip=99999999999999999999&take=99999999999999999999",
                "search?semVerLevel=none&packageType=%00",
                "autocomplete?id=../x",
                "autocomplete?q=%F0%9F%98%80",
            })
    void no_search_makes_the_server_fail(String search) throws Exception {
        assertThat(Http.get("/nuget/v3/" + search).statusCode()).isEqualTo(200);
    }

    @Test
    void nor_does_a_search_in_the_api() throws Exception {
        assertThat(Http.get("/api/v1/feeds/built-in/packages?query=%00").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "search?skip=-1",
                "search?take=many",
                "autocomplete?take=1.5",
            })
    void what_is_no_number_is_refused(String search) throws Exception {
        HttpResponse<String> refused = Http.get("/nuget/v3/" + search);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("Write a whole number");
    }

    @Test
    void what_is_unlisted_can_be_downloaded_but_not_found_until_it_is_listed_again()
            throws Exception {
        var nupkg = Packages.of(Packages.freshId() + ".Hidden", "2.0.0", 10);
        Http.pushed(nupkg.bytes());
        String id = nupkg.id().value();
        // As a person typed it.
        String path = "/nuget/v3/package/" + id + "/2.0";

        assertThat(Http.send(Http.request(path, TestKeys.READ).DELETE()).statusCode())
                .isEqualTo(403);
        assertThat(Http.send(Http.request(path, TestKeys.PUSH).DELETE()).statusCode())
                .isEqualTo(204);
        assertThat(search("q=" + id).get("totalHits").asInt()).isZero();
        assertThat(
                        JSON.readTree(
                                        Http.get(
                                                        "/nuget/v3/registrations/plain/%s/2.0.0.json"
                                                                .formatted(nupkg.id().lower()))
                                                .body())
                                .get("published")
                                .asText())
                .startsWith("1900-");
        assertThat(Http.get(nupkg.flatPath()).statusCode()).isEqualTo(200);
        assertThat(
                        Http.send(Http.request(path, TestKeys.PUSH).POST(BodyPublishers.noBody()))
                                .statusCode())
                .isEqualTo(200);
        assertThat(search("q=" + id).get("totalHits").asInt()).isEqualTo(1);
        assertThat(
                        Http.send(
                                        Http.request(
                                                        "/nuget/v3/package/" + id + "/9",
                                                        TestKeys.PUSH)
                                                .DELETE())
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        Http.send(Http.request("/nuget/v3/package/a%2Fb/x", TestKeys.PUSH).DELETE())
                                .statusCode())
                .isEqualTo(404);
    }

    @Test
    void what_came_before_details_were_kept_is_read_from_the_stored_package() throws Exception {
        String id = Packages.freshId() + ".Old";
        Http.pushed(nupkg(id, "1.0.0"));
        forgetDetails(id);
        assertThat(search("q=" + id).get("totalHits").asInt()).isZero();

        fillIn();

        assertThat(search("q=" + id).at("/data/0/title").asText()).isEqualTo("The shop");
    }

    @Test
    void out_of_a_damaged_package_nothing_is_read_that_would_stay() throws Exception {
        String id = Packages.freshId();
        byte[] right = nupkg(id, "1.0.0");
        byte[] other = nupkg(id, "1.0.0", "All of it", "Not the shop");
        Sha512 sha512 = Sha512.hashOf(right);
        assertThat(Http.pushed(right)).isEqualTo(201);
        Files.write(blobs.file(sha512), other);
        // As it is after a start.
        store.doubt(sha512);
        forgetDetails(id);

        fillIn();

        assertThat(Http.pushed(right)).isEqualTo(201);
        fillIn();
        assertThat(search("q=" + id).at("/data/0/title").asText()).isEqualTo("The shop");
    }

    private void forgetDetails(String id) throws Exception {
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE package SET details = NULL, searched = '' WHERE id = ?1",
                                                id)));
    }

    private void fillIn() throws Exception {
        OnVirtualThread.call(
                () -> {
                    backfill.run();
                    return true;
                });
    }

    private static JsonNode search(String query) throws Exception {
        HttpResponse<String> answer = Http.get("/nuget/v3/search?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private static JsonNode unzipped(HttpResponse<byte[]> answer) throws Exception {
        try (var zip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            return JSON.readTree(new String(zip.readAllBytes(), UTF_8));
        }
    }

    private static byte[] nupkg(String id, String version) {
        return nupkg(id, version, "All of it");
    }

    private static byte[] nupkg(String id, String version, String description) {
        return nupkg(id, version, description, "The shop");
    }

    private static byte[] nupkg(String id, String version, String description, String title) {
        return Archive.withNuspec(
                        """
                        <package><metadata><id>%s</id><version>%s</version>
                        <authors>Shop</authors><description>%s</description>
                        <title>%s</title><tags>web face</tags>
                        <dependencies><group targetFramework="net45">
                        <dependency id="Shop.Core" version="1.0"/></group></dependencies>
                        </metadata></package>
                        """
                                .formatted(id, version, description, title))
                .file("content/version.txt", version)
                .bytes();
    }
}
