package stagecoach.packages.server.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.NumericChars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.nuget.Delivery.NotModified;
import stagecoach.packages.server.nuget.Delivery.Part;
import stagecoach.packages.server.nuget.Delivery.Unsatisfiable;
import stagecoach.packages.server.nuget.Delivery.Whole;
import stagecoach.vocabulary.packages.Sha512;

class DeliveryTest {

    private static final Sha512 DIGEST = Sha512.hashOf(new byte[] {1});
    private static final String ETAG = "\"" + DIGEST.hex() + "\"";

    @Test
    void a_plain_request_gets_the_whole_with_its_tag_and_the_offer_of_ranges() {
        var whole = Delivery.of(ReadRequest.whole(), DIGEST, 10);

        assertThat(whole).isEqualTo(new Whole(ETAG, 10));
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.headers())
                .containsEntry("ETag", ETAG)
                .containsEntry("Accept-Ranges", "bytes")
                .containsEntry("Content-Length", "10")
                .hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-, 0, 10",
        "bytes=3-, 3, 7",
        "bytes=3-5, 3, 3",
        "bytes=9-9, 9, 1",
        "bytes=3-10, 3, 7",
        "bytes=3-99999999999999999999999, 3, 7",
        "bytes=-1, 9, 1",
        "bytes=-10, 0, 10",
        "bytes=-11, 0, 10",
        "bytes=-99999999999999999999999, 0, 10",
        "Bytes= 2-4 , 2, 3",
    })
    void one_range_gets_its_part(String range, long from, long length) {
        var part = Delivery.of(ReadRequest.range(range), DIGEST, 10);

        assertThat(part).isEqualTo(new Part(ETAG, from, length, 10));
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.bodyFrom()).isEqualTo(from);
        assertThat(part.bodyLength()).isEqualTo(length);
        assertThat(part.headers())
                .containsEntry("Content-Length", Long.toString(length))
                .containsEntry(
                        "Content-Range", "bytes " + from + "-" + (from + length - 1) + "/10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-", "bytes=-0"})
    void a_range_behind_the_end_is_told_the_size(String range) {
        var answer = Delivery.of(ReadRequest.range(range), DIGEST, 10);

        assertThat(answer).isEqualTo(new Unsatisfiable(ETAG, 10));
        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.headers())
                .containsEntry("Content-Range", "bytes */10")
                .containsEntry("Content-Length", "0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes",
                "bytes=",
                "bytes=-",
                "bytes=5-3",
                "bytes=a-b",
                "bytes=0-1,3-4",
                "bytes=0x1-2",
                "lines=0-1",
                "bytes=1",
                "bytes=--1",
                "bytes=+1-2",
                "bytes=٣-٤"
            })
    void what_is_no_single_range_is_ignored(String range) {
        assertThat(Delivery.of(ReadRequest.range(range), DIGEST, 10))
                .isEqualTo(new Whole(ETAG, 10));
    }

    @Test
    void a_range_goes_on_only_with_the_content_it_was_begun_with() {
        assertThat(ifRange(ETAG)).isInstanceOf(Part.class);
        assertThat(ifRange("W/" + ETAG)).isInstanceOf(Whole.class);
        assertThat(ifRange("\"other\"")).isInstanceOf(Whole.class);
        assertThat(ifRange("Mon, 23 Nov 2026 06:00:00 GMT")).isInstanceOf(Whole.class);
    }

    @Test
    void a_client_that_has_it_gets_nothing_even_if_it_asks_for_a_range() {
        for (var tags : new String[] {ETAG, "W/" + ETAG, "*", "\"a\", " + ETAG + ",\"b\""}) {
            var answer =
                    Delivery.of(
                            new ReadRequest(
                                    false,
                                    Optional.of("bytes=0-1"),
                                    Optional.empty(),
                                    Optional.of(tags)),
                            DIGEST,
                            10);
            assertThat(answer).isEqualTo(new NotModified(ETAG));
            assertThat(answer.status()).isEqualTo(304);
            assertThat(answer.bodyLength()).isZero();
            assertThat(answer.headers())
                    .containsEntry("ETag", ETAG)
                    .doesNotContainKey("Content-Length");
        }
    }

    @Test
    void a_client_that_has_something_else_gets_what_it_asks_for() {
        var request =
                new ReadRequest(
                        false, Optional.empty(), Optional.empty(), Optional.of("\"a\", W/\"b\""));
        assertThat(Delivery.of(request, DIGEST, 10)).isInstanceOf(Whole.class);
    }

    @Test
    void a_head_request_is_told_of_the_whole_whatever_range_it_names() {
        var request =
                new ReadRequest(true, Optional.of("bytes=0-1"), Optional.empty(), Optional.empty());
        assertThat(Delivery.of(request, DIGEST, 10)).isEqualTo(new Whole(ETAG, 10));
    }

    @Test
    void of_empty_content_there_is_no_part() {
        assertThat(Delivery.of(ReadRequest.range("bytes=0-"), DIGEST, 0).status()).isEqualTo(416);
        assertThat(Delivery.of(ReadRequest.range("bytes=-5"), DIGEST, 0).status()).isEqualTo(416);
        assertThat(Delivery.of(ReadRequest.whole(), DIGEST, 0)).isEqualTo(new Whole(ETAG, 0));
    }

    @Property
    void a_part_holds_exactly_the_bytes_that_are_both_there_and_asked_for(
            @ForAll @LongRange(max = 50) long size,
            @ForAll @LongRange(max = 60) long first,
            @ForAll @LongRange(max = 60) long length) {
        var last = first + length;
        var wanted = LongStream.range(0, size).filter(byteAt -> first <= byteAt && byteAt <= last);

        var answer = Delivery.of(ReadRequest.range("bytes=" + first + "-" + last), DIGEST, size);

        assertThat(sent(answer)).containsExactly(wanted.toArray());
    }

    @Property
    void a_download_cut_anywhere_and_taken_up_there_sends_every_byte_once(
            @ForAll @LongRange(min = 1, max = 1L << 40) long size,
            @ForAll @LongRange(max = 1L << 40) long cutAt) {
        var cut = cutAt % size;
        var rest = Delivery.of(ReadRequest.range("bytes=" + cut + "-"), DIGEST, size);
        assertThat(rest).isEqualTo(new Part(ETAG, cut, size - cut, size));
    }

    @Property
    void no_header_leads_out_of_the_content(
            @ForAll @AlphaChars @NumericChars @Chars({'-', '=', ',', ' ', '"', '*', '/'})
                    String header,
            @ForAll @LongRange(max = 100) long size) {
        for (var range : new String[] {header, "bytes=" + header}) {
            var answer =
                    Delivery.of(
                            new ReadRequest(
                                    false,
                                    Optional.of(range),
                                    Optional.empty(),
                                    Optional.of(header.replace("*", ""))),
                            DIGEST,
                            size);
            assertThat(answer.bodyFrom()).isBetween(0L, size);
            assertThat(answer.bodyFrom() + answer.bodyLength()).isBetween(0L, size);
        }
    }

    private static long[] sent(Delivery answer) {
        return LongStream.range(answer.bodyFrom(), answer.bodyFrom() + answer.bodyLength())
                .toArray();
    }

    private static Delivery ifRange(String tag) {
        return Delivery.of(
                new ReadRequest(false, Optional.of("bytes=5-"), Optional.of(tag), Optional.empty()),
                DIGEST,
                10);
    }
}
