package stagecoach.packages.app.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.app.catalog.CacheKind;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What the server reads back from a cache that behaves as none should: the right bytes, or why. */
@Timeout(180)
class ReadingBackTest {
    private static final int SIZE = 20_000;
    private static final int HALF = 10_000;
    private static final byte[] BYTES = new byte[SIZE];

    static {
        new Random(23).nextBytes(BYTES);
    }

    private static final PackagePin PIN =
            new PackagePin(
                    new PackageId("Shop.Web"),
                    new PackageVersion("1.0.0"),
                    Sha512.hashOf(BYTES),
                    SIZE);

    @TempDir Path folder;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private volatile HttpHandler next = exchange -> give(exchange, BYTES);
    private HttpsServer server;
    private Identity identity;
    private FolderBlobStore blobs;

    @BeforeEach
    void start() throws Exception {
        identity = Identity.loadOrCreate(folder.resolve("cache"), "cache odd-1");
        blobs = FolderBlobStore.open(folder.resolve("packages"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(identity.tls(PinnedTrust.anyWellFormed())));
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    String range = exchange.getRequestHeaders().getFirst("Range");
                    ranges.add(range == null ? "" : range);
                    try (exchange) {
                        next.handle(exchange);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
        blobs.close();
    }

    /** Gives all of it, whatever was asked for. */
    private static void give(HttpExchange exchange, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private void giveHalf(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, SIZE);
        exchange.getResponseBody().write(BYTES, 0, HALF);
        exchange.getResponseBody().flush();
    }

    /** Gives what is there from so many bytes on, and says that it does. */
    private static void giveFrom(HttpExchange exchange, int from) throws IOException {
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes %d-%d/%d".formatted(from, SIZE - 1, SIZE));
        exchange.sendResponseHeaders(206, SIZE - from);
        exchange.getResponseBody().write(BYTES, from, SIZE - from);
    }

    private boolean read(PartialBlob into, String... settings) throws Exception {
        var builder = new SmallRyeConfigBuilder().withMapping(ReplicationConfig.class);
        for (int at = 0; at < settings.length; at += 2) {
            builder.withDefaultValue("stagecoach.replication." + settings[at], settings[at + 1]);
        }
        var config = builder.build().getConfigMapping(ReplicationConfig.class);
        var clients =
                new CacheClients(
                        config,
                        new DownCaches(Duration.ofMinutes(1), System::nanoTime),
                        Optional.of("c2hhcmVk"));
        var reads = new CacheReads(clients, config);
        try {
            return reads.read(row(), PIN, into);
        } finally {
            reads.stop();
            clients.stop();
        }
    }

    private CacheRow row() {
        var row = new CacheRow();
        row.id = "odd-1";
        row.kind = CacheKind.STAGECOACH.name();
        row.pushUrl = "https://127.0.0.1:" + server.getAddress().getPort();
        row.thumbprint = identity.thumbprint().value();
        return row;
    }

    private PartialBlob partial() throws IOException {
        return blobs.partial(PIN.sha512()).orElseThrow();
    }

    private PartialBlob halfThere() throws IOException {
        PartialBlob partial = partial();
        partial.write(BYTES, 0, HALF);
        return partial;
    }

    private void isStored(PartialBlob partial) throws IOException {
        assertThat(partial.complete()).isInstanceOf(PutOutcome.Stored.class);
        assertThat(blobs.file(PIN.sha512())).hasBinaryContent(BYTES);
    }

    @Test
    void one_that_falls_silent_is_left_and_what_came_is_kept() throws Exception {
        next =
                exchange -> {
                    giveHalf(exchange);
                    waitQuietly(1, TimeUnit.HOURS);
                };
        try (PartialBlob partial = partial()) {
            assertThatThrownBy(() -> read(partial, "silence-max", "PT2S"))
                    .isInstanceOf(CacheAway.class)
                    .hasMessage("was silent for 2 s");
            assertThat(partial.size()).isEqualTo(HALF);

            next = exchange -> giveFrom(exchange, HALF);
            assertThat(read(partial)).isTrue();
            assertThat(ranges).containsExactly("", "bytes=%d-".formatted(HALF));
            isStored(partial);
        }
    }

    @Test
    void one_that_only_drips_is_left_and_what_came_is_kept() throws Exception {
        next =
                exchange -> {
                    giveHalf(exchange);
                    for (int at = HALF; !waitQuietly(10, TimeUnit.MILLISECONDS); at++) {
                        exchange.getResponseBody().write(BYTES[at]);
                        exchange.getResponseBody().flush();
                    }
                };
        try (PartialBlob partial = partial()) {
            // As long as so many bytes may take over a thin line, 10 kB/s.
            assertThatThrownBy(() -> read(partial, "total-max", "PT0S"))
                    .isInstanceOf(CacheAway.class)
                    .hasMessageMatching("was too slow: \\d+ of 20000 bytes were here after 2 s");
            assertThat(partial.size()).isGreaterThan(HALF);
        }
    }

    private boolean waitQuietly(long time, TimeUnit unit) throws IOException {
        try {
            return over.await(time, unit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Test
    void one_that_fails_is_told_with_its_answer() throws Exception {
        for (int status : List.of(500, 503, 302)) {
            next = exchange -> exchange.sendResponseHeaders(status, -1);
            try (PartialBlob partial = halfThere()) {
                assertThatThrownBy(() -> read(partial))
                        .isInstanceOf(CacheAway.class)
                        .hasMessage("answered " + status);
                assertThat(partial.size()).isEqualTo(HALF);
                partial.discard();
            }
        }
    }

    @Test
    void one_that_gives_too_little_or_too_much_is_told_and_too_much_is_not_kept() throws Exception {
        try (PartialBlob partial = partial()) {
            next = exchange -> give(exchange, Arrays.copyOf(BYTES, SIZE + 1));
            assertThatThrownBy(() -> read(partial)).hasMessage("has more than 20000 bytes");
            assertThat(partial.size()).isZero();

            next = exchange -> give(exchange, Arrays.copyOf(BYTES, SIZE - 1));
            assertThatThrownBy(() -> read(partial)).hasMessage("ended after 19999 of 20000 bytes");
        }
        assertThat(blobs.file(PIN.sha512())).doesNotExist();
    }

    @Test
    void one_that_gives_all_of_it_where_the_rest_was_wanted_is_understood() throws Exception {
        try (PartialBlob partial = halfThere()) {
            assertThat(read(partial)).isTrue();
            assertThat(ranges).containsExactly("bytes=%d-".formatted(HALF));
            isStored(partial);
        }
    }

    @Test
    void another_range_than_was_asked_for_is_not_believed() throws Exception {
        try (PartialBlob partial = halfThere()) {
            next = exchange -> giveFrom(exchange, HALF - 1000);
            assertThatThrownBy(() -> read(partial))
                    .isInstanceOf(CacheAway.class)
                    .hasMessage("answered with another range than was asked for");

            next = exchange -> give(exchange, BYTES);
            assertThat(read(partial)).isTrue();
            assertThat(ranges).containsExactly("bytes=%d-".formatted(HALF), "");
            isStored(partial);
        }
    }
}
