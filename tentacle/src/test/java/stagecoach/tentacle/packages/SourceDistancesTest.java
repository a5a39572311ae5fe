package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.identity.CacheId;

class SourceDistancesTest {
    private static final CacheId EU = new CacheId("eu-1");
    private static final CacheId DARK = new CacheId("dark-1");

    @TempDir Path folder;

    private static PackageEndpoint.Web at(CacheId cache, String url, Identity far) {
        return new PackageEndpoint.Web(
                "cache " + cache,
                new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)),
                URI.create(url + "/blobs/abc"),
                Optional.of(Set.of(far.thumbprint())),
                Optional.of(new PackageEndpoint.Header(PackageEndpoint.GRANT, "a grant")));
    }

    /** At the first address of the name there is nobody. */
    private static DownSources downs() {
        return new DownSources(
                Duration.ofMinutes(1),
                host ->
                        host.equals("cache.example")
                                ? new InetAddress[] {
                                    InetAddress.ofLiteral("127.0.0.2"),
                                    InetAddress.ofLiteral("127.0.0.1")
                                }
                                : InetAddress.getAllByName(host),
                Routes.DIRECT);
    }

    @Test
    void of_a_name_with_several_addresses_the_one_that_answers_is_measured() throws Exception {
        Identity far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        Identity own = Identity.loadOrCreate(folder.resolve("own"), "tentacle");
        var theirs = new CacheId("theirs-1");
        var distances =
                new SourceDistances(
                        () -> own,
                        downs(),
                        new SourceDistances.Rhythm(Duration.ofMillis(5), Duration.ofMillis(20)));
        try (RawServer ours =
                        RawServer.tls(
                                far,
                                (_, out) -> RawServer.head(out, "200 OK", "Content-Length: 0"));
                RawServer foreign =
                        RawServer.plain(
                                (_, out) -> RawServer.head(out, "200 OK", "Content-Length: 0"))) {
            distances.learn(at(EU, named(ours), far));
            distances.learn(
                    new PackageEndpoint.NuGet(
                            "cache theirs-1",
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(theirs)),
                            URI.create(named(foreign) + "/v3/index.json"),
                            Optional.empty(),
                            Optional.empty()));

            await().atMost(30, TimeUnit.SECONDS).until(() -> distances.measured().size() == 2);

            assertThat(ours.requests().getFirst().headers())
                    .containsEntry("host", URI.create(named(ours)).getAuthority());
        }
    }

    private static String named(RawServer server) {
        return server.url().replace("127.0.0.1", "cache.example");
    }

    @Test
    void the_caches_that_a_machine_was_told_of_are_measured_without_any_right() throws Exception {
        Identity far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        Identity own = Identity.loadOrCreate(folder.resolve("own"), "tentacle");
        var distances =
                new SourceDistances(
                        () -> own,
                        downs(),
                        new SourceDistances.Rhythm(Duration.ofMillis(5), Duration.ofMillis(20)));
        try (RawServer server =
                RawServer.tls(
                        far,
                        (request, out) -> RawServer.head(out, "200 OK", "Content-Length: 0"))) {
            assertThat(distances.measured()).isEmpty();
            distances.learn(at(EU, server.url(), far));
            distances.learn(at(DARK, "https://127.0.0.1:1", far));

            await().atMost(30, TimeUnit.SECONDS).until(() -> !distances.measured().isEmpty());
            assertThat(distances.measured())
                    .singleElement()
                    .satisfies(
                            latency -> {
                                assertThat(latency.cache()).isEqualTo(EU);
                                assertThat(latency.millis()).isPositive();
                            });
            assertThat(server.requests().getFirst().line()).isEqualTo("GET /q/health HTTP/1.1");
            assertThat(server.requests().getFirst().headers())
                    .doesNotContainKey("x-stagecoach-grant");
        }
        // Who does not answer any more is not told of.
        await().atMost(30, TimeUnit.SECONDS).until(() -> distances.measured().isEmpty());
    }

    @Test
    void servers_of_others_are_measured_without_credentials_and_folders_by_a_look_into_them()
            throws Exception {
        var theirs = new CacheId("theirs-1");
        var share = new CacheId("share-1");
        Identity own = Identity.loadOrCreate(folder.resolve("own"), "tentacle");
        var distances =
                new SourceDistances(
                        () -> own,
                        downs(),
                        new SourceDistances.Rhythm(Duration.ofMillis(5), Duration.ofMillis(20)));
        try (RawServer server =
                RawServer.plain(
                        (_, out) -> RawServer.head(out, "401 Unauthorized", "Content-Length: 0"))) {
            distances.learn(
                    new PackageEndpoint.NuGet(
                            "cache theirs-1",
                            new ServedBy(ServedBy.Kind.CACHE, Optional.of(theirs)),
                            URI.create(server.url() + "/v3/index.json"),
                            Optional.empty(),
                            Optional.of(new PackageEndpoint.Header("Authorization", "a right"))));
            distances.learn(mounted(share, folder));
            distances.learn(mounted(DARK, folder.resolve("not-mounted")));

            await().atMost(30, TimeUnit.SECONDS).until(() -> distances.measured().size() == 2);
            assertThat(distances.measured())
                    .extracting(latency -> latency.cache())
                    .containsExactly(share, theirs);
            assertThat(server.requests().getFirst().line())
                    .isEqualTo("GET /v3/index.json HTTP/1.1");
            assertThat(server.requests())
                    .allSatisfy(
                            request ->
                                    assertThat(request.headers())
                                            .doesNotContainKey("authorization"));
        }
    }

    private static PackageEndpoint.Mounted mounted(CacheId cache, Path root) {
        return new PackageEndpoint.Mounted(
                "cache " + cache,
                new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)),
                root,
                root.resolve("blobs/abc"));
    }
}
