package stagecoach.packages.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.cache.RawCentral.inChunks;
import static stagecoach.packages.cache.RawCentral.told;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.packages.cache.RawCentral.Answer;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.packages.server.pull.PullStatus.Failure;
import stagecoach.packages.server.pull.PullStatus.State;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** Whatever comes over the line: a cache holds the right bytes, or none and says why. */
@Timeout(180)
class MisbehavingCentralTest {
    private static final int SIZE = 100_000;
    private static final int HALF = 40_000;
    private static final byte[] BYTES = new byte[SIZE];

    static {
        new Random(11).nextBytes(BYTES);
    }

    private static final Sha512 SHA512 = Sha512.hashOf(BYTES);
    private static final PackagePin PIN =
            new PackagePin(new PackageId("Shop.Web"), new PackageVersion("1.0.0"), SHA512, SIZE);

    @TempDir Path folder;
    private RunningCache cache;
    private RawCentral central;

    @BeforeEach
    void start() throws Exception {
        cache = new RunningCache(folder);
        central = new RawCentral(BYTES);
    }

    @AfterEach
    void stop() {
        cache.close();
        central.close();
    }

    /**
     * What the server does, and what comes of it.
     *
     * @param ranges that it is asked for, one after the other; the last time it behaves well
     */
    private record Mended(String what, List<Answer> answers, List<String> ranges) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Stream<Mended> mended() {
        String whole = "";
        String rest = "bytes=%d-".formatted(HALF);
        Answer half = inChunks(HALF, true);
        List<String> once = List.of(whole);
        List<String> twice = List.of(whole, whole);
        List<String> thenTheRest = List.of(whole, rest);
        List<String> thenAllAgain = List.of(whole, rest, whole);
        String length = "Content-Length: ";
        return Stream.of(
                new Mended("too few chunks", List.of(half), thenTheRest),
                new Mended("an end without a length", List.of(told("200 OK", HALF)), thenTheRest),
                new Mended(
                        "another range",
                        List.of(
                                half,
                                told(
                                        "206 Partial Content",
                                        SIZE - HALF,
                                        length + (SIZE - HALF),
                                        "Content-Range: bytes 10000-69999/" + SIZE)),
                        thenAllAgain),
                new Mended(
                        "a range that is not told",
                        List.of(half, told("206 Partial Content", SIZE - HALF)),
                        thenAllAgain),
                new Mended(
                        "a range that does not exist",
                        List.of(
                                half,
                                told(
                                        "416 Range Not Satisfiable",
                                        0,
                                        length + 0,
                                        "Content-Range: bytes */" + HALF)),
                        thenAllAgain),
                new Mended(
                        "more bytes than were announced",
                        List.of(told("200 OK", SIZE + 500, length + SIZE)),
                        once),
                new Mended(
                        "a length that is no number",
                        List.of(told("200 OK", SIZE, length + "many")),
                        twice),
                new Mended(
                        "a length beyond all numbers",
                        List.of(told("200 OK", SIZE, length + "99999999999999999999")),
                        twice),
                new Mended(
                        "a length below zero", List.of(told("200 OK", SIZE, length + -5)), twice),
                new Mended(
                        "a header that is none",
                        List.of(told("200 OK", SIZE, "Content Length: " + SIZE)),
                        twice),
                new Mended(
                        "an error for the rest",
                        List.of(half, told("500 Failed", 0, length + 0)),
                        List.of(whole, rest, rest)));
    }

    @ParameterizedTest
    @MethodSource("mended")
    void what_can_be_mended_is_asked_for_again_until_the_right_bytes_are_there(Mended odd)
            throws Exception {
        central.then(odd.answers().toArray(Answer[]::new));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.state()).as(status.toString()).isEqualTo(State.HELD);
        assertThat(central.ranges()).isEqualTo(odd.ranges());
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    /** A chunk that does not come to its end: of what came just before, some may be lost. */
    @Test
    void a_chunk_that_is_cut_off_is_no_end() throws Exception {
        central.then(inChunks(HALF, false));

        assertThat(cache.pulled(order("a")).state()).isEqualTo(State.HELD);

        assertThat(central.ranges()).hasSize(2);
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    @Test
    void a_server_that_wants_to_be_left_alone_for_a_while_is() throws Exception {
        central.then(
                told("429 Too Many Requests", 0, "Retry-After: 1", "Content-Length: 0"),
                told("503 Busy", 0, "Retry-After: soon", "Content-Length: 0"));

        assertThat(cache.pulled(order("a")).state()).isEqualTo(State.HELD);

        assertThat(central.pauseBefore(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(central.ranges()).hasSize(3);
    }

    @Test
    void a_server_that_tells_no_length_but_something_else_each_time_is_named() throws Exception {
        Answer odd = told("200 OK", HALF, "Content-Length: many");
        central.then(odd, odd, odd);

        assertThat(cache.pulled(order("a")).failure())
                .contains(
                        new Failure(
                                Failure.Kind.TEMPORARY,
                                "the server at %s does not answer as HTTP asks: its Content-Length is no number of bytes"
                                        .formatted(central.url().getAuthority())));
    }

    /** What the server does, and what is said of it. */
    private record Refused(String reason, List<Answer> answers) {
        @Override
        public String toString() {
            return reason;
        }
    }

    private static Stream<Refused> refused() {
        String length = "Content-Length: ";
        return Stream.of(
                new Refused(
                        "the server has 40000 bytes instead of 100000",
                        List.of(told("200 OK", HALF, length + HALF))),
                new Refused(
                        "the server has 100001 bytes instead of 100000",
                        List.of(told("200 OK", SIZE + 1, length + (SIZE + 1)))),
                new Refused(
                        "the server has %d bytes instead of 100000".formatted(Long.MAX_VALUE),
                        List.of(told("200 OK", HALF, length + Long.MAX_VALUE))),
                new Refused(
                        "the server sends more than 100000 bytes",
                        List.of(told("200 OK", SIZE + 500))),
                new Refused(
                        "the server sends more than 100000 bytes",
                        List.of(inChunks(SIZE + 1, true))),
                new Refused(
                        "the server has 100005 bytes instead of 100000",
                        List.of(
                                inChunks(HALF, true),
                                told(
                                        "206 Partial Content",
                                        SIZE - HALF + 5,
                                        length + (SIZE - HALF + 5),
                                        "Content-Range: bytes 40000-100004/100005"))),
                new Refused(
                        "the server answered 302",
                        List.of(told("302 Found", 0, "Location: /package", length + 0))),
                new Refused(
                        "the server answered 300", List.of(told("300 Several", 0, length + 0))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void what_is_wrong_is_told_and_nothing_of_it_is_kept(Refused odd) throws Exception {
        central.then(odd.answers().toArray(Answer[]::new));

        PullStatus status = cache.pulled(order("a"));

        assertThat(status.failure()).contains(new Failure(Failure.Kind.WRONG_BYTES, odd.reason()));
        assertThat(central.ranges()).hasSameSizeAs(odd.answers());
        assertThat(cache.file(SHA512)).doesNotExist();
        assertThat(cache.read(SHA512, cache.grant(SHA512)).statusCode()).isEqualTo(404);
        assertThat(cache.pulled(order("b")).state()).isEqualTo(State.HELD);
        assertThat(cache.read(SHA512, cache.grant(SHA512)).body()).isEqualTo(BYTES);
    }

    private PullOrder order(String asker) {
        return new PullOrder(PIN, central.url(), "grant", asker, false, false);
    }
}
