package stagecoach.packages.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What the central server learns of a cache's disk, and removes from it. */
class HoldingsTest {
    private static final int SIZE = 300_000;
    private static final byte[] BYTES = new byte[SIZE];

    static {
        new Random(8).nextBytes(BYTES);
    }

    private static final Sha512 SHA512 = Sha512.hashOf(BYTES);
    private static final PackagePin PIN =
            new PackagePin(new PackageId("Shop.Web"), new PackageVersion("1.0.0"), SHA512, SIZE);
    private static final String PATH = CacheProtocol.BLOBS + SHA512.hex();
    private static final Instant NOW = Instant.parse("2026-11-29T03:00:00Z");

    @TempDir Path folder;
    private RunningCache cache;
    private FakeCentral central;

    @BeforeEach
    void start() throws Exception {
        cache = new RunningCache(folder);
        central = new FakeCentral(BYTES);
        assertThat(pull("a").state()).isEqualTo(State.HELD);
    }

    @AfterEach
    void stop() {
        cache.close();
        central.close();
    }

    private PullStatus pull(String asker) throws Exception {
        return cache.pulled(new PullOrder(PIN, central.url(), "grant", asker, false, false));
    }

    private String lastOrder() throws Exception {
        return cache.central("HEAD", PATH)
                .headers()
                .firstValue(CacheProtocol.ORDER_HEADER)
                .orElseThrow();
    }

    private int drop(String known) throws Exception {
        return cache.central("DELETE", PATH, CacheProtocol.ORDER_HEADER, known).statusCode();
    }

    private JsonObject holdings() throws Exception {
        return new JsonObject(Buffer.buffer(cache.central("GET", CacheProtocol.HOLDINGS).body()));
    }

    private void damage() throws Exception {
        byte[] flipped = BYTES.clone();
        flipped[SIZE / 2] ^= 1;
        Files.write(cache.file(SHA512), flipped);
    }

    @Test
    void the_central_server_reads_back_what_is_held_and_nobody_else_without_a_grant()
            throws Exception {
        var whole = cache.central("GET", PATH);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(BYTES);
        assertThat(cache.read(SHA512, "nonsense").statusCode()).isEqualTo(403);
    }

    @Test
    void what_is_dropped_is_gone_and_is_pulled_again_when_it_is_ordered() throws Exception {
        String known = lastOrder();
        assertThat(drop(known)).isEqualTo(204);
        assertThat(cache.file(SHA512)).doesNotExist();
        assertThat(drop(known)).isIn(204, 412);
        PullStatus again = pull("a");
        assertThat(again.state()).isEqualTo(State.HELD);
        assertThat(again.bytes()).isEqualTo(SIZE);
    }

    @Test
    void an_order_that_came_meanwhile_counts_more() throws Exception {
        String known = lastOrder();
        assertThat(pull("b").state()).isEqualTo(State.HELD);
        assertThat(drop(known)).isEqualTo(412);
        assertThat(Files.readAllBytes(cache.file(SHA512))).isEqualTo(BYTES);
        assertThat(drop(lastOrder())).isEqualTo(204);
    }

    @Test
    void an_order_of_before_a_restart_counts_no_more() throws Exception {
        String known = lastOrder();
        cache = cache.restarted();
        assertThat(drop(known)).isEqualTo(412);
        assertThat(drop(lastOrder())).isEqualTo(204);
    }

    @Test
    void nobody_drops_or_lists_without_the_credential() throws Exception {
        for (String path : new String[] {PATH, CacheProtocol.HOLDINGS}) {
            String method = path.equals(PATH) ? "DELETE" : "GET";
            var request =
                    HttpRequest.newBuilder(cache.url(path))
                            .header(CacheProtocol.ORDER_HEADER, lastOrder())
                            .method(method, HttpRequest.BodyPublishers.noBody());
            assertThat(cache.send(request).statusCode()).isEqualTo(401);
        }
        assertThat(cache.central("DELETE", PATH).statusCode()).isEqualTo(428);
        assertThat(cache.file(SHA512)).exists();
    }

    @Test
    void what_is_held_is_told_in_order_with_the_room_on_the_disk() throws Exception {
        JsonObject told = holdings();
        assertThat(told.getJsonArray("held")).isEqualTo(new JsonArray().add(SHA512.hex()));
        assertThat(told.getBoolean("more")).isFalse();
        assertThat(told.getLong("usable")).isBetween(1L, told.getLong("total"));
        var behind = cache.central("GET", CacheProtocol.HOLDINGS + "?after=" + SHA512.hex()).body();
        assertThat(new JsonObject(Buffer.buffer(behind)).getJsonArray("held")).isEmpty();
    }

    @Test
    void a_flipped_bit_is_found_by_reading_again_and_the_package_comes_anew() throws Exception {
        damage();
        var scrub = cache.scrub(Duration.ofDays(7), Clock.fixed(NOW, ZoneOffset.UTC));

        assertThat(scrub.step()).isTrue();

        assertThat(cache.file(SHA512)).doesNotExist();
        assertThat(holdings().getJsonArray("damaged")).isEqualTo(new JsonArray().add(SHA512.hex()));
        PullStatus again = pull("a");
        assertThat(again.bytes()).isEqualTo(SIZE);
        assertThat(Files.readAllBytes(cache.file(SHA512))).isEqualTo(BYTES);
        assertThat(holdings().getJsonArray("damaged")).isEmpty();
    }

    @Test
    void what_was_ordered_while_it_was_read_is_not_dropped_for_what_it_had_been() throws Exception {
        String known = cache.pulls().lastOrder(SHA512);
        pull("b");

        assertThat(cache.pulls().dropDamaged(SHA512, known)).isFalse();

        assertThat(cache.file(SHA512)).exists();
        assertThat(cache.pulls().dropDamaged(SHA512, cache.pulls().lastOrder(SHA512))).isTrue();
        assertThat(cache.file(SHA512)).doesNotExist();
    }

    @Test
    void reading_again_goes_on_behind_a_restart_and_begins_anew_when_it_is_time() throws Exception {
        var scrub = cache.scrub(Duration.ofDays(7), Clock.fixed(NOW, ZoneOffset.UTC));
        assertThat(scrub.step()).isTrue();
        assertThat(scrub.step()).isFalse();
        damage();
        cache = cache.restarted();
        Clock later = Clock.fixed(NOW.plus(Duration.ofDays(6)), ZoneOffset.UTC);
        assertThat(cache.scrub(Duration.ofDays(7), later).step()).isFalse();
        assertThat(cache.file(SHA512)).exists();
        Clock muchLater = Clock.fixed(NOW.plus(Duration.ofDays(8)), ZoneOffset.UTC);
        var next = cache.scrub(Duration.ofDays(7), muchLater);
        assertThat(next.step()).isTrue();
        assertThat(next.step()).isTrue();
        assertThat(cache.file(SHA512)).doesNotExist();
    }
}
