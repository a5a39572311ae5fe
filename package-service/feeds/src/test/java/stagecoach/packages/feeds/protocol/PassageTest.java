package stagecoach.packages.feeds.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.feeds.protocol.OddServer.cutOff;
import static stagecoach.packages.feeds.protocol.OddServer.ranged;
import static stagecoach.packages.feeds.protocol.OddServer.status;
import static stagecoach.packages.feeds.protocol.OddServer.text;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** How a download takes the way that is given to it. */
class PassageTest {
    private static final FeedRules QUICK = rules(Duration.ofSeconds(20));

    private static FeedRules rules(Duration stallMax) {
        return new FeedRules(
                Duration.ofSeconds(20),
                stallMax,
                Duration.ofMinutes(1),
                3,
                Duration.ofMillis(5),
                1 << 20,
                1 << 20);
    }

    private static final String INDEX = "/v3/index.json";
    private static final String FILE = "/flat/shop.web/1.0.0/shop.web.1.0.0.nupkg";
    private static final String TAG = "\"a\"";
    private static final byte[] PACKAGE = content();

    private final Feeds feeds = new Feeds(QUICK, WayOut.USUAL);
    private final AtomicInteger places = new AtomicInteger();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private OddServer server;

    private static byte[] content() {
        byte[] content = new byte[200_000];
        new Random(5).nextBytes(content);
        return content;
    }

    @BeforeEach
    void a_feed_that_tells_no_digests() throws IOException {
        server = new OddServer();
        server.on(
                INDEX,
                noted(
                        text(
                                """
                                {"version":"3.0.0","resources":[
                                  {"@id":"/flat/","@type":"PackageBaseAddress/3.0.0"}]}""")));
    }

    @AfterEach
    void close() {
        feeds.close();
        server.close();
    }

    /** Notes how many places are held when it is asked. */
    private OddServer.Behaviour noted(OddServer.Behaviour behaviour) {
        return exchange -> {
            asked.add(exchange.getRequestURI().getPath() + " with " + places.get());
            behaviour.answer(exchange);
        };
    }

    private Fetched fetched(PackageSink sink, Passage passage) throws Exception {
        return fetched(feeds, sink, passage);
    }

    private Fetched fetched(Feeds by, PackageSink sink, Passage passage) throws Exception {
        return by.open(
                        new FeedSettings(
                                "upstream",
                                FeedSettings.Kind.NUGET,
                                server.url(INDEX),
                                Optional.empty(),
                                3,
                                Duration.ofMillis(5)))
                .fetch(
                        PackageId.parse("Shop.Web"),
                        PackageVersion.parse("1.0.0"),
                        Optional.empty(),
                        sink,
                        passage);
    }

    /** A way with places; bytes may come as fast as they like. */
    private class Counted implements Passage {
        private final List<Integer> entered = new CopyOnWriteArrayList<>();

        @Override
        public Place enter() {
            entered.add(places.incrementAndGet());
            return places::decrementAndGet;
        }

        @Override
        public void came(long bytes) {}
    }

    @Test
    void a_place_is_held_while_a_file_comes_and_neither_before_it_nor_between_attempts()
            throws Exception {
        server.once(FILE, noted(status(503)))
                .once(FILE, noted(cutOff(PACKAGE, 120_000, TAG, true)))
                .on(FILE, noted(ranged(PACKAGE, TAG)));
        var sink = new MemorySink();
        var passage = new Counted();

        fetched(sink, passage);

        assertThat(sink.bytes()).isEqualTo(PACKAGE);
        assertThat(asked)
                .containsExactly(
                        INDEX + " with 0", FILE + " with 1", FILE + " with 1", FILE + " with 1");
        assertThat(passage.entered).as("each attempt waits for its own").containsExactly(1, 1, 1);
        assertThat(places).hasValue(0);
    }

    @Test
    void a_download_that_has_to_wait_for_its_budget_is_not_taken_for_a_silent_one()
            throws Exception {
        server.on(FILE, ranged(PACKAGE, TAG));
        var sink = new MemorySink();
        var never = new CountDownLatch(1);
        // A busy computer is silent for a second, too.
        Duration stallMax = Duration.ofSeconds(3);
        var asks = new AtomicInteger();
        var slow =
                new Passage() {
                    @Override
                    public void came(long bytes) {}

                    @Override
                    public long leave(long most) throws InterruptedException {
                        if (asks.incrementAndGet() == 2) {
                            // In the middle of the file, for longer than a feed may be silent.
                            var _ = never.await(stallMax.toMillis() * 5 / 4, TimeUnit.MILLISECONDS);
                        }
                        return PACKAGE.length / 2;
                    }
                };

        try (var impatient = new Feeds(rules(stallMax), WayOut.USUAL)) {
            assertThat(fetched(impatient, sink, slow).attempts()).isEqualTo(1);
        }

        assertThat(asks).hasValueGreaterThan(1);
        assertThat(sink.bytes()).isEqualTo(PACKAGE);
    }

    /** What a process that was killed behind the last byte had got. */
    private static final class Left implements PackageSink {
        private final MemorySink bytes = new MemorySink();

        Left(byte[] content) {
            bytes.write(content, 0, content.length);
        }

        @Override
        public void from(URI source) {}

        @Override
        public Optional<String> tag() {
            return Optional.of(TAG);
        }

        @Override
        public long size() {
            return bytes.size();
        }

        @Override
        public void write(byte[] content, int from, int length) {
            bytes.write(content, from, length);
        }

        @Override
        public void restart() {
            bytes.restart();
        }

        @Override
        public Sha512 digest() {
            return bytes.digest();
        }
    }

    @Test
    void what_had_come_to_its_end_and_was_not_kept_does_not_come_again() throws Exception {
        server.on(FILE, status(416, "Content-Range", "bytes */" + PACKAGE.length));
        var left = new Left(PACKAGE);

        Fetched fetched = fetched(left, new Counted());

        assertThat(fetched.attempts()).isEqualTo(1);
        assertThat(fetched.bytes()).isZero();
        assertThat(fetched.bytesResumed()).isEqualTo(PACKAGE.length);
        assertThat(left.digest()).isEqualTo(Sha512.hashOf(PACKAGE));
        assertThat(left.bytes.restarts()).isZero();
    }

    @Test
    void what_is_more_than_there_is_begins_again() throws Exception {
        server.once(FILE, status(416, "Content-Range", "bytes */1000"))
                .on(FILE, ranged(PACKAGE, TAG));
        var left = new Left(PACKAGE);

        fetched(left, new Counted());

        assertThat(left.bytes.restarts()).isEqualTo(1);
        assertThat(left.bytes.bytes()).isEqualTo(PACKAGE);
    }
}
