package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.foreign.FeedOutside;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

/** Downloads from feeds outside, by servers as they are shipped, which die or share a disk. */
class UpstreamRestartIT {
    private static final Pattern FROM = Pattern.compile("bytes=(?<first>\\d+)- if \"first\"");
    private static final StagecoachResource ENGINES = new StagecoachResource();
    private static final PackageServiceResource KEYS = new PackageServiceResource();
    private static final Map<String, String> ENVIRONMENT = new HashMap<>();
    private static Path log = Path.of("unset");
    private static CentralProcess central;

    private FeedOutside outside;
    private Packages.Nupkg nupkg;

    @BeforeAll
    static void start() throws Exception {
        ENGINES.init(Map.of("schema", "packages"));
        ENVIRONMENT.clear();
        ENGINES.start().forEach(UpstreamRestartIT::put);
        KEYS.start().forEach(UpstreamRestartIT::put);
        log = Files.createTempFile(Path.of("target"), "central-", ".log");
        central = new CentralProcess(ENVIRONMENT, log);
        central.start();
    }

    private static void put(String name, String value) {
        if (name.startsWith("STAGECOACH_")) {
            ENVIRONMENT.put(name, value);
        }
    }

    @AfterAll
    static void stop() {
        central.close();
        KEYS.stop();
    }

    @BeforeEach
    void a_feed_that_publishes_no_digests() throws Exception {
        nupkg = Packages.of("Outside." + Packages.freshId(), "1.0.0", 1_000_000);
        outside = new FeedOutside();
        outside.tag = "\"first\"";
        outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        outside.tellNoDigest(nupkg.id());
        central.isAsked();
        HttpResponse<String> taken =
                Http.put(
                        "/api/v1/feeds/feed-" + outside.port(),
                        outside.settings(nupkg.id().value()));
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(201);
    }

    @AfterEach
    void end() {
        outside.close();
    }

    private HttpResponse<byte[]> download() throws Exception {
        return Http.bytes(Http.request(nupkg.flatPath(), TestKeys.READ));
    }

    private void breaksOffAndTheServerDies() throws Exception {
        outside.breaksOff = true;
        assertThat(download().statusCode()).isEqualTo(502);
        central.kill();
        outside.breaksOff = false;
    }

    @Test
    void a_download_of_an_unknown_digest_goes_on_after_a_restart() throws Exception {
        breaksOffAndTheServerDies();
        central.start();

        assertThat(download().body()).isEqualTo(nupkg.bytes());

        assertThat(outside.ranges).hasSize(2).startsWith("-");
        Matcher asked = FROM.matcher(outside.ranges.getLast());
        assertThat(asked.matches()).as(outside.ranges.getLast()).isTrue();
        // A connection that breaks may take with it what came last and was not read yet.
        assertThat(Long.parseLong(asked.group("first")))
                .isPositive()
                .isLessThanOrEqualTo(nupkg.bytes().length / 2);
        assertThat(Files.readString(log))
                .contains("id=%s version=1.0.0 bytes=".formatted(nupkg.id()))
                .contains("bytesResumed=" + asked.group("first"));
    }

    @Test
    void what_the_feed_changed_meanwhile_is_read_from_its_beginning() throws Exception {
        breaksOffAndTheServerDies();
        nupkg = Packages.of(nupkg.id().value(), "1.0.0", 1_100_000);
        outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        outside.tellNoDigest(nupkg.id());
        outside.tag = "\"second\"";
        central.start();

        assertThat(download().body()).isEqualTo(nupkg.bytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_two_servers_on_one_disk_one_brings_what_both_are_asked_for(boolean told)
            throws Exception {
        if (told) {
            outside.hold(nupkg.pin(), nupkg.bytes(), "Core");
        }
        var gate = new CountDownLatch(1);
        outside.gate = gate;
        try (var other = new CentralProcess(ENVIRONMENT, log);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            other.start();
            var atOther = CompletableFuture.supplyAsync(this::downloaded, threads);
            await().atMost(StagecoachResource.PATIENCE).until(() -> outside.downloads() == 1);
            central.isAsked();
            var here = CompletableFuture.supplyAsync(this::downloaded, threads);
            String registration = "/reg/%s/index.json".formatted(nupkg.id().lower());
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> outside.asked.stream().filter(registration::equals).count() == 2);
            gate.countDown();

            assertThat(atOther.get()).isEqualTo(nupkg.bytes());
            assertThat(here.get()).isEqualTo(nupkg.bytes());
        }
        assertThat(outside.downloads()).isOne();
    }

    private byte[] downloaded() {
        try {
            return download().body();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
