package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.Feed;
import stagecoach.contracts.configuration.ConfigurationDocument.FeedAccess;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.decider.StreamId;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.FeedId;

/** The built-in feed is read by keys, or by anybody. */
@PackageServiceTest
class PublicFeedTest {
    private static final String FEED = "/api/v1/feeds/built-in";
    private static final String PUBLIC = "{\"access\":\"PUBLIC\"}";

    @AfterEach
    void only_keys_again() throws Exception {
        assertThat(Http.put(FEED, "{}").statusCode()).isEqualTo(200);
    }

    private static int anonymously(String path) throws Exception {
        return Http.send(Http.request(path)).statusCode();
    }

    @Test
    void a_public_feed_is_read_without_a_key_in_both_protocols_and_nothing_else_is()
            throws Exception {
        var nupkg = Packages.fresh();
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        String id = nupkg.id().value();
        List<String> reads =
                List.of(
                        "/nuget/v3/index.json",
                        nupkg.flatPath(),
                        "/nuget/v3/flatcontainer/%s/index.json".formatted(nupkg.id().lower()),
                        "/nuget/v3/registrations/plain/%s/index.json".formatted(nupkg.id().lower()),
                        "/nuget/v3/search?q=" + id,
                        "/nuget/v3/autocomplete?q=" + id,
                        "/nuget/v2/",
                        "/nuget/v2/FindPackagesById()?id='%s'".formatted(id));
        for (String read : reads) {
            assertThat(anonymously(read)).as(read).isEqualTo(401);
        }
        assertThat(Http.put(FEED, PUBLIC).statusCode()).isEqualTo(200);

        for (String read : reads) {
            assertThat(anonymously(read)).as(read).isEqualTo(200);
        }
        assertThat(Http.bytes(Http.request(nupkg.flatPath())).body()).isEqualTo(nupkg.bytes());
        assertThat(
                        Http.send(
                                        Http.request(nupkg.flatPath())
                                                .method("HEAD", BodyPublishers.noBody()))
                                .statusCode())
                .isEqualTo(200);
        for (String closed :
                List.of(
                        "/api/v1/feeds",
                        FEED,
                        "/api/v1/feeds/built-in/packages",
                        "/api/v1/caches")) {
            assertThat(anonymously(closed)).as(closed).isEqualTo(401);
        }
        String version = "/nuget/v3/package/%s/1.0.0".formatted(id);
        for (String verb : List.of("PUT", "POST", "DELETE")) {
            assertThat(
                            Http.send(Http.request(version).method(verb, BodyPublishers.noBody()))
                                    .statusCode())
                    .as(verb)
                    .isGreaterThanOrEqualTo(401);
        }
        var push =
                Http.request("/nuget/v3/package/")
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .PUT(BodyPublishers.ofString("--b--"));
        assertThat(Http.send(push).statusCode()).isEqualTo(401);
        assertThat(anonymously(version)).isGreaterThanOrEqualTo(400);

        assertThat(Http.put(FEED, "{\"access\":\"KEYS\"}").statusCode()).isEqualTo(200);
        for (String read : reads) {
            assertThat(anonymously(read)).as(read).isEqualTo(401);
        }
    }

    @Test
    void who_may_read_is_configured_with_a_revision_and_told_as_an_event() throws Exception {
        try (var configuration = TestEvents.consume(Channels.CONFIGURATION)) {
            var before = Http.get(FEED);
            assertThat(before.body()).contains("\"access\":\"KEYS\"");
            String tag = before.headers().firstValue("ETag").orElseThrow();

            var made = Http.put(FEED, PUBLIC, "If-Match", tag);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            assertThat(made.body()).contains("\"access\":\"PUBLIC\"");
            assertThat(Http.put(FEED, "{}", "If-Match", tag).statusCode()).isEqualTo(412);
            assertThat(Http.get(FEED).body()).contains("\"access\":\"PUBLIC\"");
            // What was read can be written back, and changes nothing.
            var again = Http.put(FEED, made.body());
            assertThat(again.headers().firstValue("ETag"))
                    .isEqualTo(made.headers().firstValue("ETag"));

            var stream = StreamId.of("config", "feed:built-in");
            assertThat(
                            configuration
                                    .until(
                                            stream,
                                            seen ->
                                                    seen.stream()
                                                            .anyMatch(
                                                                    one ->
                                                                            isPublic(
                                                                                    one.event(
                                                                                            ConfigurationEvent
                                                                                                    .class))))
                                    .stream())
                    .isNotEmpty();
        }
    }

    private static boolean isPublic(ConfigurationEvent event) {
        return event instanceof ConfigurationChanged changed
                && changed.document()
                        .filter(
                                new Feed(
                                                FeedId.BUILT_IN,
                                                "Built-in",
                                                "BUILT_IN",
                                                Optional.of(FeedAccess.PUBLIC),
                                                Optional.empty())
                                        ::equals)
                        .isPresent();
    }

    @Test
    void nothing_else_about_it_changes_and_only_those_who_configure_may() throws Exception {
        assertThat(Http.put(FEED + "?dryRun=true", PUBLIC).body()).contains("PUBLIC");
        assertThat(anonymously("/nuget/v3/index.json")).isEqualTo(401);
        assertThat(Http.put(FEED, "{\"access\":\"EVERYBODY\"}").body()).contains("/access");
        assertThat(Http.put(FEED, "{\"name\":\"Ours\"}").statusCode()).isEqualTo(400);
        assertThat(Http.put(FEED, "{\"kind\":\"NUGET\"}").statusCode()).isEqualTo(400);
        for (TestKeys key : List.of(TestKeys.READ, TestKeys.PUSH, TestKeys.DEPLOY)) {
            assertThat(
                            Http.send(
                                            Http.request(FEED, key)
                                                    .header("Content-Type", "application/json")
                                                    .PUT(BodyPublishers.ofString(PUBLIC)))
                                    .statusCode())
                    .as(key.name())
                    .isEqualTo(403);
        }
        assertThat(
                        Http.put(
                                        "/api/v1/feeds/outside",
                                        "{\"kind\":\"NUGET\",\"url\":\"https://x/\",\"access\":\"PUBLIC\"}")
                                .body())
                .contains("only the built-in feed");
        assertThat(anonymously("/nuget/v3/index.json")).isEqualTo(401);
    }

    @Test
    void only_who_shows_a_key_is_told_which_feed_outside_has_which_trouble() throws Exception {
        var nupkg = Packages.of("Outside.Of." + Packages.freshId(), "1.0.0", 10);
        String feed = "inner-" + nupkg.id().lower().replace('.', '-');
        assertThat(Http.put(FEED, PUBLIC).statusCode()).isEqualTo(200);
        var outside = new FeedOutside();
        try (outside) {
            outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
            String settings = outside.settings(nupkg.id().value());
            assertThat(Http.put("/api/v1/feeds/" + feed, settings).statusCode()).isEqualTo(201);

            outside.movedTo = "gopher://vault.inner.example:7/secret";
            tells(nupkg, feed, "vault.inner.example");
            outside.movedTo = "";
            outside.down = true;
            tells(nupkg, feed, "127.0.0.1");
            String denied = settings.replace(FeedOutside.PASSWORD, "wrong");
            assertThat(Http.put("/api/v1/feeds/" + feed, denied).statusCode()).isEqualTo(200);
            tells(nupkg, feed, "the user \\\"anyone\\\"");
        }
        tells(nupkg, feed, "127.0.0.1:" + outside.port());
    }

    private static void tells(Packages.Nupkg nupkg, String feed, String secret) throws Exception {
        for (String path :
                List.of(
                        nupkg.flatPath(),
                        "/nuget/v3/flatcontainer/%s/index.json".formatted(nupkg.id().lower()),
                        "/nuget/v3/registrations/plain/%s/index.json"
                                .formatted(nupkg.id().lower()))) {
            var known = Http.get(path);
            assertThat(known.statusCode()).as(path).isEqualTo(502);
            assertThat(known.body()).contains(feed, secret);

            var anonymous = Http.send(Http.request(path));
            assertThat(anonymous.statusCode()).as(path).isEqualTo(502);
            assertThat(anonymous.body())
                    .contains("feed-trouble", "The server's log says why under ")
                    .doesNotContain(feed, secret, "127.0.0.1", "anyone");
            // However many ask, the log says it once.
            assertThat(loggedAs(Http.send(Http.request(path)))).isEqualTo(loggedAs(anonymous));
        }
    }

    private static String loggedAs(HttpResponse<String> answer) {
        return answer.body().replaceFirst("(?s).*log says why under ([0-9a-f-]{36}).*", "$1");
    }
}
