package stagecoach.packages.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.pull.LongestTransfer;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.packages.server.pull.PullStatus.Failure;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class CacheTest {
    private static final int SIZE = 1_000_000;
    private static final byte[] BYTES = new byte[SIZE];

    static {
        new Random(7).nextBytes(BYTES);
    }

    private static final Sha512 SHA512 = Sha512.hashOf(BYTES);
    private static final PackagePin PIN =
            new PackagePin(new PackageId("Shop.Web"), new PackageVersion("1.0.0"), SHA512, SIZE);

    @TempDir Path folder;
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
    }

    private PullOrder order(String asker) {
        return new PullOrder(PIN, central.url(), "grant", asker, false, false);
    }

    private PullOrder forced(String asker) {
        return new PullOrder(PIN, central.url(), "grant", asker, true, false);
    }

    private PullOrder verified(String asker) {
        return new PullOrder(PIN, central.url(), "grant", asker, false, true);
    }

    @Test
    void what_was_pulled_is_read_whole_and_in_ranges() throws Exception {
        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytes()).isEqualTo(SIZE);
        String grant = cache.grant(SHA512);
        var whole = cache.read(SHA512, grant);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(BYTES);
        var rest = cache.read(SHA512, grant, "Range", "bytes=999000-");
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.headers().firstValue("Content-Range"))
                .contains("bytes 999000-999999/1000000");
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(BYTES, 999_000, SIZE));
        assertThat(cache.read(SHA512, grant, "Range", "bytes=1000000-").statusCode())
                .isEqualTo(416);
        String tag = whole.headers().firstValue("ETag").orElseThrow();
        assertThat(
                        cache.read(SHA512, grant, "Range", "bytes=999000-", "If-Range", tag)
                                .statusCode())
                .isEqualTo(206);
        var begunWithOthers =
                cache.read(SHA512, grant, "Range", "bytes=999000-", "If-Range", "\"others\"");
        assertThat(begunWithOthers.statusCode()).isEqualTo(200);
        assertThat(begunWithOthers.body()).isEqualTo(BYTES);
        var head =
                cache.send(
                        HttpRequest.newBuilder(cache.url("/blobs/" + SHA512.hex()))
                                .header("X-Stagecoach-Grant", grant)
                                .HEAD());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(SIZE);
    }

    @Test
    void a_server_with_several_addresses_is_tried_address_by_address() throws Exception {
        URI named =
                URI.create(
                        central.url().toString().replace("127.0.0.1", RunningCache.TWO_ADDRESSES));
        PullStatus status = cache.pulled(new PullOrder(PIN, named, "grant", "a", false, false));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.tries()).isOne();
        assertThat(central.hosts()).containsExactly(named.getAuthority());
    }

    @Test
    void a_reader_without_the_right_is_refused_in_words() throws Exception {
        cache.pulled(order("a"));
        String mine = cache.tentacleThumbprint();
        String other = "ab".repeat(32);

        assertRefused("The read grant cannot be read.", "nonsense");
        assertRefused(
                "for another reader", cache.grant(SHA512, other, "eu-1", Duration.ofMinutes(1)));
        assertRefused(
                "for another server", cache.grant(SHA512, mine, "us-1", Duration.ofMinutes(1)));
        assertRefused("has expired", cache.grant(SHA512, mine, "eu-1", Duration.ofSeconds(-1)));
        assertRefused("for another package", cache.grant(Sha512.hashOf(new byte[1])));
        assertThat(
                        cache.send(HttpRequest.newBuilder(cache.url("/blobs/" + SHA512.hex())))
                                .statusCode())
                .isEqualTo(403);
    }

    private void assertRefused(String sentence, String grant) throws Exception {
        var response = cache.read(SHA512, grant);
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(new String(response.body(), UTF_8)).contains(sentence);
    }

    @Test
    void what_it_does_not_hold_is_not_found_and_health_is_open() throws Exception {
        assertThat(cache.read(SHA512, cache.grant(SHA512)).statusCode()).isEqualTo(404);
        assertThat(cache.send(HttpRequest.newBuilder(cache.url("/q/health/ready"))).statusCode())
                .isEqualTo(200);
        assertThat(cache.send(HttpRequest.newBuilder(cache.url("/"))).statusCode()).isEqualTo(404);
    }

    @Test
    void only_the_central_server_orders() throws Exception {
        assertThat(cache.control("d3Jvbmc=", "PUT", SHA512, "{}").statusCode()).isEqualTo(401);
        assertThat(cache.control("d3Jvbmc=", "GET", SHA512, "").statusCode()).isEqualTo(401);
        var wrong = cache.control(RunningCache.TRUST, "PUT", SHA512, "{\"size\":1}");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("url is missing");
        assertThat(cache.control(RunningCache.TRUST, "GET", SHA512, "").statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_pull_that_was_cut_off_goes_on_where_it_was_left() throws Exception {
        central.then(central.cutAfter(400_000), FakeCentral.status(503));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytes()).isEqualTo(SIZE);
        assertThat(status.bytesResumed()).isPositive().isLessThanOrEqualTo(400_000);
        assertThat(status.tries()).isEqualTo(3);
        assertThat(central.ranges())
                .containsExactly(
                        "",
                        "bytes=%d-".formatted(status.bytesResumed()),
                        "bytes=%d-".formatted(status.bytesResumed()));
    }

    @Test
    void a_restarted_cache_goes_on_where_the_old_one_was_left() throws Exception {
        var gate = new CountDownLatch(1);
        central.then(central.stallAfter(300_000, gate));
        cache.order(order("a"), 0);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> cache.order(order("a"), 10).bytesHere() == 300_000);

        cache = cache.restarted();
        gate.countDown();
        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytesResumed()).isEqualTo(300_000);
        assertThat(status.bytes()).isEqualTo(700_000);
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    @Test
    void a_silent_server_is_left_and_asked_for_the_rest() throws Exception {
        cache = cache.withSilenceMax(Duration.ofSeconds(2));
        var gate = new CountDownLatch(1);
        central.then(central.stallAfter(200_000, gate));

        PullStatus status = cache.pulled(order("a"));
        gate.countDown();

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytesResumed()).isEqualTo(200_000);
    }

    @Test
    void a_server_that_only_drips_is_left_to_the_one_who_ordered_and_what_came_is_kept()
            throws Exception {
        cache = cache.withLongest(new LongestTransfer(Duration.ofSeconds(2), Long.MAX_VALUE));
        central.then(central.dripAfter(200_000));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.TEMPORARY);
        assertThat(status.failure().orElseThrow().reason())
                .matches("the server was too slow: \\d+ of 1000000 bytes were here after 2 s");
        assertThat(cache.pulled(order("b")).bytesResumed()).isPositive();
    }

    @Test
    void two_orders_at_once_cause_one_transfer() throws Exception {
        var gate = new CountDownLatch(1);
        central.then(central.stallAfter(0, gate));
        cache.order(order("a"), 0);
        PullStatus joined = cache.order(order("b"), 0);
        gate.countDown();

        assertThat(joined.state()).isEqualTo(State.PULLING);
        assertThat(cache.pulled(order("b")).state()).isEqualTo(State.HELD);
        assertThat(cache.pulled(order("a")).bytes()).isEqualTo(SIZE);
        assertThat(central.sent()).isEqualTo(SIZE);
    }

    @Test
    void an_asker_is_told_again_what_its_pull_cost_and_another_that_it_is_held() throws Exception {
        cache.pulled(order("a"));

        assertThat(cache.pulled(order("a")).bytes()).isEqualTo(SIZE);
        PullStatus other = cache.pulled(order("b"));
        assertThat(other.state()).isEqualTo(State.HELD);
        assertThat(other.bytes()).isZero();
        assertThat(central.sent()).isEqualTo(SIZE);
    }

    @Test
    void a_flipped_bit_is_never_kept() throws Exception {
        central.then(central.flipped(500_000));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.failure().orElseThrow().kind()).isEqualTo(Failure.Kind.WRONG_BYTES);
        assertThat(status.failure().orElseThrow().reason())
                .contains("gave bytes with the SHA-512 ");
        assertThat(cache.read(SHA512, cache.grant(SHA512)).statusCode()).isEqualTo(404);
        assertThat(cache.pulled(order("a")).state()).isEqualTo(State.HELD);
    }

    @Test
    void pieces_that_do_not_fit_together_are_fetched_again_from_the_beginning() throws Exception {
        central.then(central.cutAfter(400_000), central.flipped(900_000));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytesResumed()).isZero();
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    @Test
    void a_server_that_ignores_ranges_is_read_from_the_beginning() throws Exception {
        central.then(central.cutAfter(400_000), central.deafToRanges());

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).isEqualTo(State.HELD);
        assertThat(status.bytesResumed()).isZero();
    }

    @Test
    void what_has_rotted_is_purged_and_fetched_again() throws Exception {
        cache.pulled(order("a"));
        rot();

        assertThat(cache.pulled(order("b")).bytes()).isZero();
        assertThat(cache.pulled(verified("c")).bytes()).isEqualTo(SIZE);
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    @Test
    void after_a_restart_what_is_held_is_read_before_it_is_believed() throws Exception {
        cache.pulled(order("a"));
        rot();
        cache = cache.restarted();

        assertThat(cache.pulled(order("b")).bytes()).isEqualTo(SIZE);
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    private void rot() throws Exception {
        byte[] rotten = BYTES.clone();
        rotten[3] ^= 4;
        Files.write(cache.file(SHA512), rotten);
    }

    @Test
    void a_forced_order_pulls_even_what_is_held_once_for_each_asker() throws Exception {
        cache.pulled(order("a"));

        assertThat(cache.pulled(forced("b")).bytes()).isEqualTo(SIZE);
        assertThat(cache.pulled(forced("b")).bytes()).isEqualTo(SIZE);
        assertThat(central.sent()).isEqualTo(2L * SIZE);
    }

    @Test
    void a_server_that_refuses_or_lacks_the_package_ends_the_pull_at_once() throws Exception {
        central.then(FakeCentral.status(403), FakeCentral.status(404));

        assertThat(cache.pulled(order("a")).failure().orElseThrow().kind())
                .isEqualTo(Failure.Kind.REFUSED);
        PullStatus lacking = cache.pulled(order("a"));
        assertThat(lacking.failure().orElseThrow())
                .isEqualTo(
                        new Failure(
                                Failure.Kind.WRONG_BYTES, "the server does not hold the package"));
        assertThat(lacking.tries()).isEqualTo(1);
    }

    @Test
    void a_server_that_never_answers_is_left_to_the_one_who_ordered() throws Exception {
        central.then(FakeCentral.status(500), FakeCentral.status(502), FakeCentral.status(503));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.failure().orElseThrow())
                .isEqualTo(new Failure(Failure.Kind.TEMPORARY, "the server answered 503"));
        assertThat(status.tries()).isEqualTo(3);
    }

    @Test
    void a_stopped_pull_keeps_what_came() throws Exception {
        var gate = new CountDownLatch(1);
        central.then(central.stallAfter(250_000, gate));
        cache.order(order("a"), 0);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> cache.order(order("a"), 10).bytesHere() == 250_000);

        assertThat(cache.stop(SHA512)).isEqualTo(204);
        PullStatus status = cache.pulled(order("b"));
        gate.countDown();

        assertThat(status.bytesResumed()).isEqualTo(250_000);
    }
}
