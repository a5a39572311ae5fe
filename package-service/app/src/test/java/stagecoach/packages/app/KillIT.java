package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.TransferBudget;

/** Server and cache as they are shipped, killed in the middle of a transfer. */
class KillIT {
    private static final int SIZE = 16_000_000;
    private static final ServedBy BY_CACHE =
            new ServedBy(ServedBy.Kind.CACHE, Optional.of(new CacheId("eu-1")));
    private static final ServedBy BY_SERVER = new ServedBy(ServedBy.Kind.SERVER, Optional.empty());
    private static final StagecoachResource ENGINES = new StagecoachResource();
    private static final PackageServiceResource KEYS = new PackageServiceResource();

    private static final Map<String, String> ENVIRONMENT = new HashMap<>();
    private static CentralProcess central;
    private static CacheProcess cache;
    private static Path packages = Path.of("unset");

    private final Link link = new Link(() -> central.port());
    private Deployment deployment;
    private Packages.Nupkg nupkg;

    @BeforeAll
    static void start() throws Exception {
        ENGINES.init(Map.of("schema", "packages"));
        ENVIRONMENT.clear();
        ENGINES.start().forEach((name, value) -> put(ENVIRONMENT, name, value));
        KEYS.start().forEach((name, value) -> put(ENVIRONMENT, name, value));
        ENVIRONMENT.put("STAGECOACH_REPLICATION_LOOK_AGAIN", "PT1S");
        // Where those who play the other services find the broker.
        System.setProperty("STAGECOACH_KAFKA", ENVIRONMENT.get("STAGECOACH_KAFKA"));
        packages = Path.of(ENVIRONMENT.get("STAGECOACH_PACKAGE_DIR"));
        central = new CentralProcess(ENVIRONMENT, log());
        central.start();
        cache = CacheProcess.start("eu-1", PackageServiceResource.grantPublicKey());
    }

    private static Path log() throws IOException {
        return Files.createTempFile(Path.of("target"), "central-", ".log");
    }

    /** Names with dots are of tests that run in the service itself. */
    private static void put(Map<String, String> environment, String name, String value) {
        if (name.startsWith("STAGECOACH_")) {
            environment.put(name, value);
        }
    }

    @AfterAll
    static void stop() {
        central.close();
        cache.close();
        KEYS.stop();
    }

    @BeforeEach
    void prepare() throws Exception {
        deployment = new Deployment();
        Configured.region("eu", true, 1);
        Configured.cache("eu-1", "eu", cache, link);
        nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
    }

    @AfterEach
    void end() throws Exception {
        deployment.close();
        link.close();
    }

    /** Returns when a good part of the package has come into the cache, and the rest waits. */
    private void halfPulled() {
        link.narrow(SIZE / 2);
        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> cache.partialBytes(nupkg.sha512()) > SIZE / 4);
    }

    private PackageReplicated endedWell() throws Exception {
        var replicated = deployment.event(2, PackageReplicated.class);
        deployment.acquireAll(2, 1, BY_CACHE);
        assertThat(deployment.ended(2).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        assertThat(Files.readAllBytes(cache.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
        return replicated;
    }

    @Test
    void invariant_9_a_cache_killed_in_the_middle_of_a_pull_goes_on_where_it_was_left()
            throws Exception {
        halfPulled();

        cache.kill();
        long kept = cache.partialBytes(nupkg.sha512());
        link.open();
        cache.start();

        var replicated = endedWell();
        assertThat(replicated.bytesResumed()).isEqualTo(kept);
        assertThat(link.bytes()).isLessThan(nupkg.bytes().length + SIZE / 10L);
    }

    @Test
    void invariant_9_a_server_killed_in_the_middle_of_a_pull_finds_its_work_again()
            throws Exception {
        halfPulled();

        central.kill();
        link.open();
        central.start();

        assertThat(endedWell().bytesResumed()).isPositive();
        assertThat(link.bytes()).isLessThan(nupkg.bytes().length + SIZE / 10L);
    }

    @Test
    void invariant_9_a_server_killed_in_the_middle_of_a_write_into_a_folder_goes_on_with_it()
            throws Exception {
        Path share = Files.createTempDirectory("stagecoach-share-");
        long surely = 32L << 20;
        var large = Packages.of(Packages.freshId(), "1.0.0", (int) surely + 25_000_000);
        assertThat(Http.pushed(large.bytes())).isEqualTo(201);
        var slow = new TransferBudget(Optional.of(8_000_000L), Optional.empty());
        Configured.region("isle", true, slow, 1);
        assertThat(
                        Http.put(
                                        "/api/v1/caches/killed-share",
                                        "{\"kind\":\"FOLDER\",\"region\":\"isle\",\"url\":\"file://%s\"}"
                                                .formatted(share))
                                .statusCode())
                .isEqualTo(201);
        Path incoming = share.resolve("incoming").resolve(large.sha512().value());
        deployment.start(
                2, false, Deployment.nearest(large.pin(), Deployment.target("i-1", "isle")));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> Files.exists(incoming) && Files.size(incoming) > surely + 1_000_000);

        central.kill();
        assertThat(incoming).exists();
        central.start();

        var replicated = deployment.event(2, PackageReplicated.class);
        assertThat(replicated.bytesResumed()).isEqualTo(surely);
        assertThat(replicated.bytes()).isEqualTo(large.bytes().length - surely);
        assertThat(Files.readAllBytes(share.resolve("blobs").resolve(large.sha512().value())))
                .isEqualTo(large.bytes());
    }

    @Test
    void
            invariant_9_of_two_servers_one_pushes_to_a_cache_and_the_other_takes_over_from_a_killed_one()
                    throws Exception {
        try (var theirs = new ForeignServer();
                var second = new CentralProcess(ENVIRONMENT, log())) {
            var slow = new TransferBudget(Optional.of(150_000L), Optional.empty());
            Configured.region("far", true, slow, 1);
            var made =
                    Http.put(
                            "/api/v1/caches/killed-theirs",
                            "{\"kind\":\"NUGET\",\"region\":\"far\",\"url\":\"%s\",\"credentials\":{\"apiKey\":\"%s\"}}"
                                    .formatted(theirs.index(), ForeignServer.KEY));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            deployment.start(
                    2, false, Deployment.nearest(nupkg.pin(), Deployment.target("f-1", "far")));
            await().atMost(StagecoachResource.PATIENCE).until(() -> theirs.asked("PUT") == 1);

            second.start();
            await().during(Duration.ofSeconds(5)).until(() -> theirs.asked("PUT") == 1);
            central.kill();
            await().atMost(StagecoachResource.PATIENCE).until(() -> theirs.asked("PUT") == 2);
            Configured.region("far", true, TransferBudget.NONE, 2);

            assertThat(deployment.event(2, PackageReplicated.class).bytes())
                    .isEqualTo(nupkg.bytes().length);
            assertThat(theirs.held.values()).containsExactly(nupkg.bytes());
            assertThat(theirs.asked("PUT")).isEqualTo(2);
        } finally {
            central.start();
        }
    }

    @Test
    void invariant_9_a_server_killed_in_the_middle_of_a_download_from_a_feed_goes_on_with_it()
            throws Exception {
        try (var outside = new FeedOutside()) {
            var theirs = Packages.of("Killed.Outside", "1.0.0", SIZE);
            outside.hold(theirs.pin(), theirs.bytes(), "Core");
            assertThat(
                            Http.put(
                                            "/api/v1/feeds/killed-feed",
                                            outside.settings("Killed.Outside"))
                                    .statusCode())
                    .isEqualTo(201);
            var pause = new CountDownLatch(1);
            outside.pause = pause;
            var client =
                    Http.CLIENT.sendAsync(
                            Http.request(theirs.flatPath(), TestKeys.READ).build(),
                            BodyHandlers.discarding());
            Path partial = packages.resolve("partial").resolve(theirs.sha512().hex());
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> Files.exists(partial) && Files.size(partial) > SIZE / 4);

            central.kill();
            outside.pause = null;
            pause.countDown();
            assertThat(client).failsWithin(StagecoachResource.PATIENCE);
            central.start();

            assertThat(Http.bytes(Http.request(theirs.flatPath(), TestKeys.READ)).body())
                    .isEqualTo(theirs.bytes());
            assertThat(outside.ranges).hasSize(2).first().isEqualTo("-");
            assertThat(outside.ranges.getLast()).matches("bytes=[1-9]\\d+-");
            assertThat(outside.bytesGiven())
                    .as("but for what was in the line when it died")
                    .isBetween((long) theirs.bytes().length, theirs.bytes().length + SIZE / 4L);
        }
    }

    @Test
    void invariant_9_a_server_killed_while_it_gets_back_what_it_lost_goes_on_with_it()
            throws Exception {
        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));
        endedWell();
        String hex = nupkg.sha512().hex();
        Path blob = packages.resolve("blobs").resolve(hex.substring(0, 2)).resolve(hex);
        Path partial = packages.resolve("partial").resolve(hex);
        try (var back = new Link(() -> cache.port());
                var again = new Deployment()) {
            var made =
                    Http.put(
                            "/api/v1/caches/eu-1",
                            Configured.body(
                                    "eu",
                                    back.url().replace("http:", "https:"),
                                    link.url(),
                                    cache.thumbprint().value()));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            Files.delete(blob);
            back.narrow(SIZE / 2);
            again.start(
                    2, false, Deployment.fromServer(nupkg.pin(), Deployment.target("web-2", "eu")));
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> Files.exists(partial) && Files.size(partial) > SIZE / 4);

            central.kill();
            back.open();
            central.start();

            again.acquireAll(2, 1, BY_SERVER);
            assertThat(again.ended(2).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
            assertThat(Files.readAllBytes(blob)).isEqualTo(nupkg.bytes());
            assertThat(back.bytes()).isLessThan(nupkg.bytes().length + SIZE / 10L);
        }
    }

    @Test
    void invariant_9_a_server_killed_in_the_middle_of_a_push_keeps_nothing_of_it()
            throws Exception {
        var cut = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        try (var client = new Socket(InetAddress.getLoopbackAddress(), central.port())) {
            OutputStream out = client.getOutputStream();
            out.write(
                    """
                    PUT /nuget/v3/package/ HTTP/1.1
                    Host: 127.0.0.1
                    X-NuGet-ApiKey: %s
                    Content-Type: multipart/form-data; boundary=cut
                    Content-Length: %d

                    --cut
                    Content-Disposition: form-data; name="package"; filename="p.nupkg"

                    """
                            .formatted(TestKeys.PUSH.key(), SIZE * 2L)
                            .replace("\n", "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            out.write(cut.bytes(), 0, SIZE / 2);
            out.flush();
            await().atMost(StagecoachResource.PATIENCE).until(() -> draftBytes() > SIZE / 4);
            central.kill();
        }

        central.start();

        assertThat(draftBytes()).isZero();
        assertThat(Http.get(cut.flatPath()).statusCode()).isEqualTo(404);
        assertThat(Http.pushed(cut.bytes())).isEqualTo(201);
    }

    @Test
    void what_a_staged_deployment_or_a_kept_release_needs_stays_in_a_cache_also_behind_restarts()
            throws Exception {
        deployment.start(
                2, false, Deployment.nearest(nupkg.pin(), Deployment.target("web-1", "eu")));
        endedWell();
        deployment.stage();
        var released = Packages.of(Packages.freshId(), "1.0.0", 1_000);
        var unneeded = Packages.of(Packages.freshId(), "1.0.0", 1_000);
        Deployment.bring(released, "eu", new CacheId("eu-1"));
        Deployment.bring(unneeded, "eu", new CacheId("eu-1"));
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                count("SELECT count(*) FROM lease WHERE sha512 = '%s'", released)
                                        == 0);
        central.kill();
        cache.kill();
        execute(
                "INSERT INTO lease (holder, sha512) VALUES ('release:shop:1.0.0', '%s')"
                        .formatted(released.sha512().value()));
        execute("UPDATE replicated SET used_at = now() - interval '40 days'");
        execute("DELETE FROM retention_setting");
        execute("INSERT INTO retention_setting (cache_days) VALUES (30)");

        cache.start();
        central.start();

        awaitGone(unneeded);
        assertThat(cache.file(nupkg.sha512())).as("staged").exists();
        assertThat(cache.file(released.sha512())).as("released").exists();
        deployment.end();
        awaitGone(nupkg);
        assertThat(cache.file(released.sha512())).as("released").exists();
        execute("DELETE FROM lease WHERE holder = 'release:shop:1.0.0'");
        awaitGone(released);
        execute("DELETE FROM retention_setting");
    }

    private static void awaitGone(Packages.Nupkg gone) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> !Files.exists(cache.file(gone.sha512())));
    }

    private static Connection database() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://%s?currentSchema=packages"
                        .formatted(ENVIRONMENT.get("STAGECOACH_POSTGRES")),
                ENVIRONMENT.get("STAGECOACH_POSTGRES_USER"),
                ENVIRONMENT.get("STAGECOACH_POSTGRES_PASSWORD"));
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = database();
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private static long count(String sql, Packages.Nupkg of) throws SQLException {
        try (var connection = database();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql.formatted(of.sha512().value()))) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static long draftBytes() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(packages.resolve("drafts"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
