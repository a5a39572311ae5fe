package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.packages.server.ingest.UploadBrokenException;

class MultipartPushTest {

    private static final String TYPE = "multipart/form-data; boundary=xyz";

    @Test
    void a_push_of_dotnet_is_understood() throws IOException {
        var body =
                "--7d1\r\nContent-Type: application/octet-stream\r\nContent-Disposition: form-data;"
                        + " name=package; filename=package.nupkg\r\n\r\nPK bytes\r\n--7d1--\r\n";
        assertThat(content(body, "multipart/form-data; boundary=\"7d1\"")).isEqualTo("PK bytes");
    }

    @Test
    void a_push_of_nuget_2_8_7_which_ends_the_part_with_a_bare_line_feed_is_understood()
            throws IOException {
        var body =
                "-----------------------------8d1\r\nContent-Disposition: form-data;"
                        + " name=\"package\"; filename=\"package\"\r\nContent-Type:"
                        + " application/octet-stream\r\n\r\nPK bytes\n"
                        + "-----------------------------8d1--";
        assertThat(content(body, "multipart/form-data; boundary=---------------------------8d1"))
                .isEqualTo("PK bytes");
    }

    @Test
    void a_push_of_curl_is_understood() throws IOException {
        var body =
                "--------------------------1f\r\nContent-Disposition: form-data; name=\"anything\";"
                        + " filename=\"a.nupkg\"\r\n\r\nPK\r\n--------------------------1f--\r\n";
        assertThat(content(body, "Multipart/Form-Data; Boundary=------------------------1f"))
                .isEqualTo("PK");
    }

    @Test
    void only_the_first_part_is_read_and_a_preamble_is_passed_over() throws IOException {
        var body =
                "This is a form.\r\n\r\n--xyz  \r\nA: b\r\n\r\nfirst\r\n--xyz\r\n\r\nsecond"
                        + "\r\n--xyz--";
        assertThat(content(body, TYPE)).isEqualTo("first");
    }

    @Test
    void what_looks_almost_like_the_end_is_content() throws IOException {
        var tricky = "\r\n--xy\r\n-xyz\n--\r\r\n\r\n--xyy--xyz\r";
        assertThat(content("--xyz\r\n\r\n" + tricky + "\r\n--xyz--", TYPE)).isEqualTo(tricky);
    }

    @Test
    void an_empty_part_is_empty_content() throws IOException {
        assertThat(content("--xyz\r\n\r\n\r\n--xyz--", TYPE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/octet-stream",
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"\"",
                "multipart/mixed; boundary=xyz"
            })
    void a_body_of_another_type_is_refused_with_a_sentence(String type) {
        assertThatThrownBy(() -> content("--xyz\r\n\r\nPK\r\n--xyz--", type))
                .isInstanceOf(UploadBrokenException.class)
                .hasMessageEndingWith(".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PK",
                "--xyz",
                "--xyz\r\n",
                "--xyz\r\nA: b\r\n",
                "--xyz\r\n\r\n",
                "--xyz\r\n\r\nPK",
                "--xyz\r\n\r\nPK\r\n",
                "--xyz\r\n\r\nPK\r\n--xy",
                "--abc\r\n\r\nPK\r\n--abc--"
            })
    void a_body_that_ends_too_early_is_never_taken_for_a_whole_one(String body) {
        assertThatThrownBy(() -> content(body, TYPE)).isInstanceOf(UploadBrokenException.class);
    }

    @Test
    void endless_headers_are_refused() {
        assertThatThrownBy(() -> content("--xyz\r\n" + "A: b\r\n".repeat(10_000), TYPE))
                .isInstanceOf(UploadBrokenException.class)
                .hasMessageContaining("does not begin within");
        assertThatThrownBy(() -> content("x".repeat(100_000), TYPE))
                .isInstanceOf(UploadBrokenException.class);
    }

    @Test
    void a_large_package_passes_whole() throws IOException {
        var content = new byte[5_000_001];
        new Random(3).nextBytes(content);
        var body = new Trickle(body(content, "\r\n"), 1_000_000);

        var read = MultipartPush.open(body, TYPE).readAllBytes();

        assertThat(Arrays.equals(read, content)).isTrue();
    }

    @Property
    void any_content_passes_unchanged_however_the_network_cuts_it(
            @ForAll("tricky") byte[] content, @ForAll @IntRange(min = 1, max = 9) int stepMax)
            throws IOException {
        var body = new Trickle(body(content, "\r\n"), stepMax);
        assertThat(MultipartPush.open(body, TYPE).readAllBytes()).isEqualTo(content);
    }

    @Property
    void content_before_a_bare_line_feed_passes_unchanged_too(
            @ForAll("tricky") byte[] content, @ForAll @IntRange(min = 1, max = 9) int stepMax)
            throws IOException {
        var body = new Trickle(body(concat(content, new byte[] {0}), "\n"), stepMax);
        assertThat(MultipartPush.open(body, TYPE).readAllBytes())
                .isEqualTo(concat(content, new byte[] {0}));
    }

    @Property
    void a_body_cut_anywhere_before_its_end_is_refused(
            @ForAll("tricky") byte[] content, @ForAll @IntRange(max = 1000) int cut) {
        var whole = body(content, "\r\n");
        var cutBody = Arrays.copyOf(whole, cut % (whole.length - "--".length()));
        assertThatThrownBy(
                        () ->
                                MultipartPush.open(new ByteArrayInputStream(cutBody), TYPE)
                                        .readAllBytes())
                .isInstanceOf(UploadBrokenException.class);
    }

    /** Content made of the characters that an end is made of, but without one. */
    @Provide
    Arbitrary<byte[]> tricky() {
        return Arbitraries.of("\r", "\n", "-", "--", "x", "xy", "xyz", "\r\n--", "\n--xy", "PK")
                .list()
                .ofMaxSize(30)
                .map(pieces -> String.join("", pieces))
                .filter(text -> !text.contains("\n--xyz"))
                .map(text -> text.getBytes(ISO_8859_1));
    }

    private static String content(String body, String type) throws IOException {
        var stream = new ByteArrayInputStream(body.getBytes(ISO_8859_1));
        return new String(MultipartPush.open(stream, type).readAllBytes(), ISO_8859_1);
    }

    private static byte[] body(byte[] content, String lineEnd) {
        return concat(
                "--xyz\r\nContent-Type: application/octet-stream\r\n\r\n".getBytes(ISO_8859_1),
                concat(content, (lineEnd + "--xyz--").getBytes(ISO_8859_1)));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        var both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Gives a few bytes at a time, as a network may. */
    private static final class Trickle extends InputStream {
        private final InputStream all;
        private final Random steps = new Random(11);
        private final int stepMax;

        Trickle(byte[] all, int stepMax) {
            this.all = new ByteArrayInputStream(all);
            this.stepMax = stepMax;
        }

        @Override
        public int read() throws IOException {
            return all.read();
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            return all.read(into, from, Math.min(length, 1 + steps.nextInt(stepMax)));
        }
    }
}
