package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.Cache;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.decider.StreamId;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class CacheResourceTest {
    private static final String THUMBPRINT = "ab".repeat(32);

    @BeforeEach
    void regions() {
        Configured.region("north", true, 1);
    }

    @Test
    void a_cache_is_made_replaced_read_listed_and_removed() throws Exception {
        String path = "/api/v1/caches/north-1";
        HttpResponse<String> made =
                Http.put(path, Configured.body("north", "https://c:1/", "http://hq", THUMBPRINT));
        HttpResponse<String> same =
                Http.put(path, Configured.body("north", "https://c:1", "http://hq", THUMBPRINT));
        HttpResponse<String> sentBack = Http.put(path, Http.get(path).body());
        HttpResponse<String> changed =
                Http.put(path, Configured.body("north", "https://c:2", "http://hq", THUMBPRINT));

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.headers().firstValue("Location"))
                .hasValueSatisfying(l -> assertThat(l).endsWith(path));
        assertThat(same.statusCode()).isEqualTo(200);
        assertThat(sentBack.statusCode()).as(sentBack.body()).isEqualTo(200);
        assertThat(changed.statusCode()).isEqualTo(200);
        JsonNode read = StagecoachJson.mapper().readTree(Http.get(path).body());
        assertThat(read.path("url").asText()).isEqualTo("https://c:2");
        assertThat(read.path("pushUrl").asText()).isEqualTo("https://c:2");
        assertThat(read.path("kind").asText()).isEqualTo("STAGECOACH");
        assertThat(Http.get("/api/v1/caches").body()).contains("\"id\":\"north-1\"");
        assertThat(Http.send(Http.request(path, TestKeys.CONFIGURE).DELETE()).statusCode())
                .isEqualTo(204);
        assertThat(Http.get(path).statusCode()).isEqualTo(404);

        StreamId stream = StreamId.of("config", "cache:north-1");
        try (var events = TestEvents.consume(Channels.CONFIGURATION)) {
            var told =
                    events.until(stream, seen -> seen.size() >= 3).stream()
                            .map(
                                    seen ->
                                            (ConfigurationChanged)
                                                    seen.event(ConfigurationEvent.class))
                            .toList();
            assertThat(told).extracting(ConfigurationChanged::revision).containsExactly(1L, 2L, 3L);
            assertThat(told.get(1).document().map(Cache.class::cast).map(Cache::url))
                    .contains("https://c:2");
            assertThat(told.get(2).document()).isEmpty();
        }
    }

    @Test
    void a_cache_that_was_changed_since_it_was_read_is_not_overwritten() throws Exception {
        String path = "/api/v1/caches/north-tagged";
        String first = Configured.body("north", "https://t:1", "http://hq", THUMBPRINT);
        String second = Configured.body("north", "https://t:2", "http://hq", THUMBPRINT);
        assertThat(Http.put(path, first, "If-Match", "*").statusCode()).isEqualTo(412);
        String made = tag(Http.put(path, first));
        assertThat(tag(Http.get(path))).isEqualTo(made);
        String changed = tag(Http.put(path, second, "If-Match", made));
        assertThat(changed).isNotEqualTo(made);

        HttpResponse<String> refused = Http.put(path, first, "If-Match", made);

        assertThat(refused.statusCode()).isEqualTo(412);
        assertThat(refused.body()).contains("changed-meanwhile", "north-tagged");
        assertThat(tag(Http.get(path))).isEqualTo(changed);
    }

    private static String tag(HttpResponse<String> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void where_a_cache_reaches_the_server_is_the_public_address_unless_it_says_otherwise()
            throws Exception {
        HttpResponse<String> answer =
                Http.put(
                        "/api/v1/caches/north-2?dryRun=true",
                        """
                        {"kind":"STAGECOACH","region":"north","url":"https://c","thumbprint":"%s"}
                        """
                                .formatted(THUMBPRINT));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"pullUrl\":\"https://stagecoach.example\"");
        assertThat(Http.get("/api/v1/caches/north-2").statusCode()).isEqualTo(404);
    }

    @Test
    void all_that_is_wrong_is_told_at_once_and_by_name() throws Exception {
        HttpResponse<String> answer =
                Http.put(
                        "/api/v1/caches/north-3",
                        """
                        {"kind":"FLODER","region":"nort","url":"http://c","thumbprint":"zz",
                         "priority":-1,"bytesPerSecondMax":999,"transfersMax":"two",
                         "credentials":{"apiKey":"x"},"nmae":"x","id":"other"}
                        """);

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode errors = StagecoachJson.mapper().readTree(answer.body()).path("errors");
        assertThat(errors.findValuesAsText("pointer"))
                .containsExactlyInAnyOrder(
                        "/id",
                        "/kind",
                        "/region",
                        "/url",
                        "/thumbprint",
                        "/priority",
                        "/bytesPerSecondMax",
                        "/transfersMax",
                        "/credentials",
                        "/nmae");
        assertThat(answer.body())
                .contains(
                        "\\\"FLODER\\\" is no kind of cache. Use STAGECOACH, FOLDER or NUGET.",
                        "There is no region \\\"nort\\\". Did you mean \\\"north\\\"?",
                        "Did you mean \\\"name\\\"?");
    }

    @Test
    void a_folder_is_a_cache_with_its_two_paths_and_nothing_of_a_server() throws Exception {
        String path = "/api/v1/caches/north-share";
        HttpResponse<String> made =
                Http.put(
                        path,
                        "{\"kind\":\"FOLDER\",\"region\":\"north\",\"url\":\"file:///mnt/a/\"}");
        HttpResponse<String> sentBack = Http.put(path, made.body());
        HttpResponse<String> apart =
                Http.put(
                        path,
                        """
                        {"kind":"FOLDER","region":"north","url":"file:///mnt/a","pushUrl":"file:///srv/b"}
                        """);

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(sentBack.statusCode()).as(sentBack.body()).isEqualTo(200);
        assertThat(apart.body())
                .contains(
                        "\"kind\":\"FOLDER\"",
                        "\"url\":\"file:///mnt/a\"",
                        "\"pushUrl\":\"file:///srv/b\"")
                .doesNotContain("pullUrl", "thumbprint");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mnt/a",
                "file:mnt/a",
                "file://server/share",
                "file:///",
                "file:///mnt/../etc",
                "file:///mnt/%2e%2e/etc",
                "file:///mnt/./a",
                "file:///mnt/a%00b",
                "file:///mnt/a?b",
                "https://files.example/a"
            })
    void what_is_no_folder_is_refused(String url) throws Exception {
        HttpResponse<String> answer =
                Http.put(
                        "/api/v1/caches/north-bad",
                        """
                        {"kind":"FOLDER","region":"north","url":"%s","pushUrl":"%s","thumbprint":"%s"}
                        """
                                .formatted(url, url, THUMBPRINT));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(
                        StagecoachJson.mapper()
                                .readTree(answer.body())
                                .path("errors")
                                .findValuesAsText("pointer"))
                .containsExactlyInAnyOrder("/url", "/pushUrl", "/thumbprint");
    }

    @Test
    void secrets_of_a_nuget_server_are_taken_kept_and_never_told() throws Exception {
        String path = "/api/v1/caches/north-nuget";
        String body =
                """
                {"kind":"NUGET","region":"north","url":"https://n.example/v3/index.json",
                 "credentials":{"apiKey":"hunter-key","username":"ci","password":"hunter-word"}}
                """;
        HttpResponse<String> made = Http.put(path, body);
        HttpResponse<String> sentBack = Http.put(path, made.body());
        HttpResponse<String> moved =
                Http.put(path, made.body().replace("n.example", "evil.example"));

        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(made.body()).contains("\"username\":\"ci\"").doesNotContain("hunter");
        assertThat(Http.get(path).body()).doesNotContain("hunter");
        assertThat(tag(sentBack)).isEqualTo(tag(made));
        assertThat(moved.statusCode()).isEqualTo(400);
        assertThat(moved.body()).contains("/credentials/password");
        StreamId stream = StreamId.of("config", "cache:north-nuget");
        try (var events = TestEvents.consume(Channels.CONFIGURATION)) {
            assertThat(events.until(stream, seen -> !seen.isEmpty()).getFirst().json())
                    .doesNotContain("hunter");
        }
    }

    /** A NuGet server that is read at one URL and pushed to at another, by http. */
    private static String plain(String rest, String credentials) {
        return """
               {"kind":"NUGET","region":"north","url":"http://n.example/v3/index.json","pushUrl":"https://p.example/v3/index.json"%s,
                "credentials":%s}
               """
                .formatted(rest, credentials);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://n.example | https://n.example | {'username':'ci','password':'w'} | true",
                "HTTP://n.example | https://n.example | {'username':'ci','password':'w'} | true",
                "http://n.example | https://n.example | {'apiKey':'k'} | false",
                "https://n.example | http://n.example | {'apiKey':'k'} | true",
                "http://n.example | http://n.example | {} | false",
                "http://127.0.0.1:5 | http://localhost:5 | {'apiKey':'k','username':'ci','password':'w'} | false",
                "http://127.0.0.1.example | https://n.example | {'username':'ci','password':'w'} | true"
            })
    void what_others_on_the_way_could_read_is_taken_only_if_that_is_wanted(
            String url, String pushUrl, String credentials, boolean readable) throws Exception {
        String body =
                """
                {"kind":"NUGET","region":"north","url":"%s/v3/index.json","pushUrl":"%s/v3/index.json","credentials":%s}
                """
                        .formatted(url, pushUrl, credentials.replace('\'', '"'));

        HttpResponse<String> answer = Http.put("/api/v1/caches/north-plain?dryRun=true", body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(readable ? 400 : 200);
        if (readable) {
            assertThat(answer.body())
                    .contains(
                            "/credentials",
                            "begins with http",
                            "\\\"allowInsecureConnections\\\": true");
            assertThat(
                            Http.put(
                                            "/api/v1/caches/north-plain?dryRun=true",
                                            body.replaceFirst(
                                                    "\\{", "{\"allowInsecureConnections\":true,"))
                                    .body())
                    .contains("\"allowInsecureConnections\":true");
        }
    }

    @Test
    void who_does_not_speak_of_insecure_connections_leaves_them_as_they_were() throws Exception {
        String path = "/api/v1/caches/north-consent";
        String shown = "{\"username\":\"ci\",\"password\":\"w\"}";
        String again = "{\"username\":\"ci\"}";
        HttpResponse<String> made =
                Http.put(path, plain(",\"allowInsecureConnections\":true", shown));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);

        assertThat(Http.put(path, plain("", again)).body())
                .contains("\"allowInsecureConnections\":true");
        assertThat(tag(Http.put(path, Http.get(path).body()))).isEqualTo(tag(made));
        for (String other :
                List.of(
                        plain("", shown.replace("ci", "another")),
                        plain("", shown).replace("n.example", "o.example"),
                        plain(",\"allowInsecureConnections\":false", shown))) {
            HttpResponse<String> refused = Http.put(path, other);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
            assertThat(refused.body()).contains("/credentials");
        }
        assertThat(
                        Http.put(
                                        "/api/v1/caches/north-consent-share",
                                        "{\"kind\":\"FOLDER\",\"region\":\"north\",\"url\":\"file:///a\",\"allowInsecureConnections\":true}")
                                .body())
                .contains("/allowInsecureConnections", "Only NUGET caches");
    }

    @Test
    void a_scheme_in_capitals_is_the_same_scheme() throws Exception {
        HttpResponse<String> answer =
                Http.put(
                        "/api/v1/caches/north-loud?dryRun=true",
                        Configured.body("north", "HTTPS://c:1", "HTTP://hq", THUMBPRINT));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"url\":\"https://c:1\"");
    }

    @Test
    void a_nuget_server_is_named_by_its_service_index() throws Exception {
        HttpResponse<String> answer =
                Http.put(
                        "/api/v1/caches/north-nuget-bad",
                        """
                        {"kind":"NUGET","region":"north","url":"https://n.example/api/v2",
                         "pullUrl":"https://hq","credentials":{"pasword":"x"}}
                        """);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
                .contains(
                        "ends with .json",
                        "speaks only NuGet v2 cannot be a cache",
                        "/pullUrl",
                        "/credentials/pasword",
                        "password");
    }

    @Test
    void a_region_that_is_about_to_be_made_may_be_referred_to_in_a_dry_run() throws Exception {
        String body = Configured.body("south", "https://c", "http://hq", THUMBPRINT);

        assertThat(
                        Http.put(
                                        "/api/v1/caches/south-1?dryRun=true",
                                        body,
                                        "Stagecoach-Assume",
                                        "environments/x, regions/south")
                                .statusCode())
                .isEqualTo(200);
        assertThat(Http.put("/api/v1/caches/south-1?dryRun=true", body).statusCode())
                .isEqualTo(400);
        assertThat(Http.put("/api/v1/caches/South!", body).statusCode()).isEqualTo(400);
    }

    @Test
    void configuring_takes_its_role() throws Exception {
        assertThat(
                        Http.send(Http.request("/api/v1/caches/north-4", TestKeys.READ).DELETE())
                                .statusCode())
                .isEqualTo(403);
    }
}
