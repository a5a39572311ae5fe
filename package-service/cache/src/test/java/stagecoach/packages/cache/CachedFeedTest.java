package stagecoach.packages.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.ingest.Archive;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.FeedExcerpt;
import stagecoach.packages.server.pull.FeedExcerpt.Offer;
import stagecoach.packages.server.pull.FeedExcerpt.ReaderKey;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What NuGet clients get from a cache, and what they do not. */
class CachedFeedTest {
    private static final byte[] BYTES = Archive.of("Shop.Web", "1.0.0");
    private static final PackagePin PIN =
            new PackagePin(
                    new PackageId("Shop.Web"),
                    new PackageVersion("1.0.0"),
                    Sha512.hashOf(BYTES),
                    BYTES.length);
    private static final Instant PUBLISHED = Instant.parse("2026-11-29T03:00:00Z");
    private static final String KEY = "sc_reader";
    private static final String VERSIONS = "/nuget/v3/flatcontainer/shop.web/index.json";
    private static final String NUPKG =
            "/nuget/v3/flatcontainer/shop.web/1.0.0/shop.web.1.0.0.nupkg";
    private static final String LEAF = "/nuget/v3/registrations/semver2/shop.web/1.0.0.json";

    @TempDir Path folder;
    private final HttpClient client = HttpClient.newHttpClient();
    private RunningCache cache;
    private FakeCentral central;

    @BeforeEach
    void start() throws Exception {
        cache = new RunningCache(folder);
        central = new FakeCentral(BYTES);
    }

    @AfterEach
    void stop() {
        cache.close();
        central.close();
        client.close();
    }

    private void pull(String asker) throws Exception {
        var order = new PullOrder(PIN, central.url(), "grant", asker, false, false);
        assertThat(cache.pulled(order).state()).isEqualTo(State.HELD);
    }

    private static FeedExcerpt excerpt(boolean open, Instant until, Offer... offers) {
        return new FeedExcerpt(
                List.of(offers),
                List.of(
                        new ReaderKey(Digest.of(KEY).value(), Optional.empty()),
                        new ReaderKey(Digest.of("sc_old").value(), Optional.of(PUBLISHED))),
                open,
                until);
    }

    private static Instant soon() {
        return Instant.now().plus(Duration.ofHours(1));
    }

    private static Offer offer(boolean listed) {
        return new Offer(PIN, PUBLISHED, listed);
    }

    /** The package is here, and shown. */
    private void shown() throws Exception {
        pull("a");
        assertThat(cache.tell(excerpt(false, soon(), offer(true)))).isEqualTo(204);
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(cache.nuget(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> read(String path) throws Exception {
        return get(path, "Authorization", basic(KEY));
    }

    private static String basic(String password) {
        return "Basic "
                + Base64.getEncoder()
                        .encodeToString(("any:" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject json(byte[] body) {
        return new JsonObject(Buffer.buffer(body));
    }

    private JsonObject leaf() throws Exception {
        var answer = read(LEAF);
        assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
            return json(gzip.readAllBytes());
        }
    }

    @Test
    void a_client_goes_from_the_service_index_to_the_bytes() throws Exception {
        shown();
        var resources =
                json(read("/nuget/v3/index.json").body()).getJsonArray("resources").stream()
                        .map(JsonObject.class::cast)
                        .toList();
        assertThat(resources)
                .extracting(resource -> resource.getString("@type"))
                .contains(
                        "PackageBaseAddress/3.0.0",
                        "RegistrationsBaseUrl/3.6.0",
                        "SearchQueryService",
                        "SearchAutocompleteService")
                .noneMatch(type -> type.startsWith("PackagePublish"));
        assertThat(resources)
                .extracting(resource -> resource.getString("@id"))
                .allMatch(url -> url.startsWith(cache.nuget("/nuget/").toString()));
        assertThat(json(read(VERSIONS).body()).getJsonArray("versions"))
                .isEqualTo(new JsonArray().add("1.0.0"));
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
        assertThat(
                        new String(
                                read("/nuget/v3/flatcontainer/shop.web/1.0.0/shop.web.nuspec")
                                        .body(),
                                StandardCharsets.UTF_8))
                .contains("<id>Shop.Web</id>");
        assertThat(leaf().getString("published")).isEqualTo(PUBLISHED.toString());
        assertThat(
                        new String(
                                read("/nuget/v2/FindPackagesById()?id='Shop.Web'").body(),
                                StandardCharsets.UTF_8))
                .contains(cache.nuget(NUPKG).toString());
    }

    @Test
    void what_is_here_is_found_by_search_and_completion_and_what_is_unlisted_is_not()
            throws Exception {
        shown();
        var found = json(read("/nuget/v3/search?q=shop&semVerLevel=2.0.0").body());
        assertThat(found.getInteger("totalHits")).isOne();
        var first = found.getJsonArray("data").getJsonObject(0);
        assertThat(first.getString("id")).isEqualTo("Shop.Web");
        assertThat(first.getString("registration"))
                .startsWith(cache.nuget("/nuget/v3/").toString());
        assertThat(json(read("/nuget/v3/search?q=elsewhere").body()).getInteger("totalHits"))
                .isZero();
        assertThat(json(read("/nuget/v3/autocomplete?q=web").body()).getJsonArray("data"))
                .isEqualTo(new JsonArray().add("Shop.Web"));
        assertThat(json(read("/nuget/v3/autocomplete?id=shop.web").body()).getJsonArray("data"))
                .isEqualTo(new JsonArray().add("1.0.0"));
        var malformed = read("/nuget/v3/search?take=-1");
        assertThat(malformed.statusCode()).isEqualTo(400);
        assertThat(new String(malformed.body(), StandardCharsets.UTF_8)).contains("take");

        assertThat(cache.tell(excerpt(false, soon(), offer(false)))).isEqualTo(204);
        assertThat(json(read("/nuget/v3/search?q=shop").body()).getInteger("totalHits")).isZero();
        assertThat(get("/nuget/v3/search?q=shop").statusCode()).isEqualTo(401);
    }

    /** As nuget 2.8.7 writes them. */
    @Test
    void addresses_of_the_old_protocol_are_understood_with_what_is_escaped_in_them()
            throws Exception {
        shown();
        for (String path :
                List.of(
                        "/nuget/v2/Packages(Id='Shop.Web',Version='1.0')",
                        "/nuget/v2/Packages(Id=%27Shop.Web%27,Version=%271.0.0%27)",
                        "/nuget/v2/FindPackagesById()?id=%27shop.web%27",
                        "/nuget/v2/%46indPackagesById%28%29?id='Shop.Web'")) {
            var answer = read(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .as(path)
                    .contains(cache.nuget(NUPKG).toString());
        }
        assertThat(read("/nuget/v3/flatcontainer/shop%2Eweb/index.json").statusCode())
                .isEqualTo(200);
        for (String path :
                List.of(
                        "/nuget/v3/flatcontainer/%2e%2e/%2e%2e/told.json",
                        "/nuget/v3/flatcontainer/shop.web/..%2f..%2fx/shop.web.nuspec",
                        "/nuget/v2/%00")) {
            assertThat(read(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void a_download_is_resumed_and_what_a_client_has_is_not_sent_again() throws Exception {
        shown();
        var rest =
                get(
                        NUPKG,
                        "Authorization",
                        basic(KEY),
                        "Range",
                        "bytes=%d-".formatted(PIN.size() - 3));
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).hasSize(3);
        var begunWithOthers =
                get(
                        NUPKG,
                        "Authorization",
                        basic(KEY),
                        "Range",
                        "bytes=%d-".formatted(PIN.size() - 3),
                        "If-Range",
                        "\"others\"");
        assertThat(begunWithOthers.statusCode()).isEqualTo(200);
        assertThat(begunWithOthers.body()).isEqualTo(BYTES);
        String tag = read(VERSIONS).headers().firstValue("ETag").orElseThrow();
        assertThat(get(VERSIONS, "Authorization", basic(KEY), "If-None-Match", tag).statusCode())
                .isEqualTo(304);
    }

    @Test
    void addresses_are_those_by_which_the_client_came() throws Exception {
        shown();
        var index =
                get(
                        "/nuget/v3/index.json",
                        "Authorization",
                        basic(KEY),
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Host",
                        "packages.eu.example");
        assertThat(new String(index.body(), StandardCharsets.UTF_8))
                .contains("https://packages.eu.example/nuget/v3/flatcontainer/");
        for (var wrong :
                Map.of("X-Forwarded-Host", "no host\"", "X-Forwarded-Prefix", "/eu/../..")
                        .entrySet()) {
            assertThat(
                            get(
                                            "/nuget/v3/index.json",
                                            "Authorization",
                                            basic(KEY),
                                            wrong.getKey(),
                                            wrong.getValue())
                                    .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void below_a_path_and_at_another_port_of_a_proxy_every_address_leads_there_again()
            throws Exception {
        shown();
        for (String path :
                List.of(
                        "/nuget/v3/index.json",
                        "/nuget/v3/registrations/plain/shop.web/index.json",
                        "/nuget/v2/Packages")) {
            assertThat(behind("8443", "/eu", path))
                    .contains("\"https://packages.eu.example:8443/eu/nuget/v")
                    .doesNotContain("example/", "8443/nuget");
        }
        assertThat(behind("443", "/eu/", "/nuget/v3/index.json"))
                .contains("\"https://packages.eu.example/eu/nuget/v3/flatcontainer/\"");
    }

    private String behind(String port, String prefix, String path) throws Exception {
        var document =
                get(
                        path,
                        "Authorization",
                        basic(KEY),
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Host",
                        "packages.eu.example",
                        "X-Forwarded-Port",
                        port,
                        "X-Forwarded-Prefix",
                        prefix);
        assertThat(document.statusCode()).isEqualTo(200);
        return new String(document.body(), StandardCharsets.UTF_8);
    }

    @Test
    void only_keys_that_were_told_open_it_and_only_while_they_are_good() throws Exception {
        shown();
        var none = get(VERSIONS);
        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic");
        assertThat(json(none.body()).getString("detail")).contains("packageSourceCredentials");
        for (String wrong : List.of("sc_other", "sc_old", "", Digest.of(KEY).value())) {
            assertThat(get(VERSIONS, "Authorization", basic(wrong)).statusCode()).isEqualTo(401);
        }
        assertThat(get(VERSIONS, "X-NuGet-ApiKey", KEY).statusCode()).isEqualTo(200);
    }

    @Test
    void a_public_feed_is_read_without_a_key() throws Exception {
        pull("a");
        cache.tell(excerpt(true, soon(), offer(true)));
        assertThat(get(NUPKG).body()).isEqualTo(BYTES);
    }

    @Test
    void nobody_reads_before_it_was_told_and_after_that_has_become_too_old() throws Exception {
        pull("a");
        assertThat(read(VERSIONS).statusCode()).isEqualTo(503);
        cache.tell(excerpt(true, Instant.now().minusSeconds(1), offer(true)));
        assertThat(read(VERSIONS).statusCode()).isEqualTo(503);
        cache.tell(excerpt(false, soon(), offer(true)));
        assertThat(read(VERSIONS).statusCode()).isEqualTo(200);
    }

    @Test
    void what_is_held_and_not_of_the_feed_is_not_shown() throws Exception {
        pull("a");
        byte[] others = Archive.withNuspec(Archive.nuspec("Shop.Web", "1.0.0")).bytes();
        var other = new PackagePin(PIN.id(), PIN.version(), Sha512.hashOf(others), others.length);
        cache.tell(excerpt(false, soon(), new Offer(other, PUBLISHED, true)));
        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        assertThat(read(NUPKG).statusCode()).isEqualTo(404);
    }

    @Test
    void an_unlisted_version_is_had_by_its_name_and_one_that_is_removed_by_nobody()
            throws Exception {
        shown();
        cache.tell(excerpt(false, soon(), offer(false)));
        assertThat(leaf().getBoolean("listed")).isFalse();
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
        cache.tell(excerpt(false, soon(), offer(true)));
        assertThat(leaf().getBoolean("listed")).isTrue();

        cache.tell(excerpt(false, soon()));

        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        assertThat(read(NUPKG).statusCode()).isEqualTo(404);
        assertThat(cache.file(PIN.sha512())).exists();
    }

    @Test
    void what_was_told_before_it_came_is_shown_as_soon_as_it_is_here() throws Exception {
        cache.tell(excerpt(false, soon(), offer(true)));
        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        pull("a");
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
    }

    @Test
    void what_is_dropped_is_not_shown_any_more() throws Exception {
        shown();
        String path = CacheProtocol.BLOBS + PIN.sha512().hex();
        String last =
                cache.central("HEAD", path)
                        .headers()
                        .firstValue(CacheProtocol.ORDER_HEADER)
                        .orElseThrow();
        assertThat(cache.central("DELETE", path, CacheProtocol.ORDER_HEADER, last).statusCode())
                .isEqualTo(204);
        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        pull("b");
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
    }

    @Test
    void it_is_shown_again_behind_a_restart_and_damage_is_not_given_to_anybody() throws Exception {
        shown();
        cache = cache.restarted();
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);

        byte[] flipped = BYTES.clone();
        flipped[BYTES.length / 2] ^= 1;
        Files.write(cache.file(PIN.sha512()), flipped);
        cache = cache.restarted();

        assertThat(read(NUPKG).statusCode()).isEqualTo(404);
        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        assertThat(cache.file(PIN.sha512())).doesNotExist();
        pull("b");
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
    }

    @Test
    void what_is_gone_from_the_disk_is_not_shown_behind_a_restart() throws Exception {
        shown();
        Files.delete(cache.file(PIN.sha512()));
        cache = cache.restarted();
        assertThat(read(VERSIONS).statusCode()).isEqualTo(404);
        pull("b");
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
    }

    @Test
    void nobody_but_the_central_server_tells_and_nobody_pushes() throws Exception {
        shown();
        var tag = cache.central("HEAD", CacheProtocol.FEED).headers().firstValue("ETag");
        byte[] told = excerpt(true, soon()).json();
        assertThat(
                        cache.send(
                                        HttpRequest.newBuilder(cache.url(CacheProtocol.FEED))
                                                .PUT(BodyPublishers.ofByteArray(told)))
                                .statusCode())
                .isEqualTo(401);
        assertThat(cache.central("HEAD", CacheProtocol.FEED).headers().firstValue("ETag"))
                .isEqualTo(tag);
        var push =
                HttpRequest.newBuilder(cache.nuget("/nuget/v3/package"))
                        .header("X-NuGet-ApiKey", KEY)
                        .PUT(BodyPublishers.ofByteArray(BYTES));
        assertThat(client.send(push.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void nonsense_is_refused_and_changes_nothing() throws Exception {
        shown();
        var nonsense =
                HttpRequest.newBuilder(cache.url(CacheProtocol.FEED))
                        .header(CacheProtocol.TRUST_HEADER, RunningCache.TRUST)
                        .PUT(BodyPublishers.ofString("{\"format\":2}"));
        assertThat(cache.send(nonsense).statusCode()).isEqualTo(400);
        assertThat(read(NUPKG).body()).isEqualTo(BYTES);
    }
}
