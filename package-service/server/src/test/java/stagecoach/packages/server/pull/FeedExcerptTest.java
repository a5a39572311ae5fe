package stagecoach.packages.server.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.pull.FeedExcerpt.Offer;
import stagecoach.packages.server.pull.FeedExcerpt.ReaderKey;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** What a cache is told comes out as it went in, or is refused. */
class FeedExcerptTest {
    private static final Instant UNTIL = Instant.parse("2026-11-30T12:00:00Z");
    private static final ReaderKey READER =
            new ReaderKey(Digest.of("sc_reader").value(), Optional.empty());

    private static Offer offer(String id, boolean listed) {
        return new Offer(
                new PackagePin(
                        new PackageId(id),
                        new PackageVersion("1.0.0-beta.1"),
                        Sha512.hashOf(id.getBytes(StandardCharsets.UTF_8)),
                        5_000_000_000L),
                Instant.parse("2026-11-29T03:00:00.123456Z"),
                listed);
    }

    @Test
    void it_is_read_as_it_was_written() {
        var excerpt =
                new FeedExcerpt(
                        List.of(offer("Shop.Web", true), offer("Shop.Db", false)),
                        List.of(
                                READER,
                                new ReaderKey(Digest.of("sc_2").value(), Optional.of(UNTIL))),
                        true,
                        UNTIL);
        assertThat(FeedExcerpt.parse(excerpt.json())).isEqualTo(excerpt);
        var empty = new FeedExcerpt(List.of(), List.of(), false, UNTIL);
        assertThat(FeedExcerpt.parse(empty.json())).isEqualTo(empty);
    }

    @Test
    void the_longest_one_is_within_its_bound() {
        String longest = "x".repeat(PackageId.LENGTH_MAX - 6);
        var offers =
                IntStream.range(0, FeedExcerpt.PACKAGES_MAX)
                        .mapToObj(i -> offer(longest + i, true))
                        .toList();
        byte[] json = new FeedExcerpt(offers, List.of(READER), false, UNTIL).json();
        assertThat(json.length).isLessThan(FeedExcerpt.BYTES_MAX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "[]",
                "{",
                "{}",
                "{\"format\":2,\"until\":\"2026-11-30T12:00:00Z\",\"open\":true,\"readers\":[],\"packages\":[]}",
                "{\"format\":1,\"open\":true,\"readers\":[],\"packages\":[]}",
                "{\"format\":1,\"until\":\"2026-11-30T12:00:00Z\",\"readers\":[],\"packages\":[]}",
                "{\"format\":1,\"until\":\"2026-11-30T12:00:00Z\",\"open\":true,\"readers\":{},\"packages\":[]}",
                "{\"format\":1,\"until\":\"2026-11-30T12:00:00Z\",\"open\":true,\"readers\":[],\"packages\":[{\"id\":\"Shop.Web\"}]}",
                "{\"format\":1,\"until\":\"2026-11-30T12:00:00Z\",\"open\":true,\"readers\":[],\"packages\":[1]}",
                "{\"format\":1,\"until\":\"2026-11-30T12:00:00Z\",\"open\":true,\"readers\":[],\"packages\":["
            })
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> FeedExcerpt.parse(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
