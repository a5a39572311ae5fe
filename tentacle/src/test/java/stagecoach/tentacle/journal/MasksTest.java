package stagecoach.tentacle.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasksTest {
    @TempDir Path folder;

    @Test
    void a_secret_is_hidden_wherever_it_stands() {
        Masks masks = Masks.of(List.of("s3cret", "", "  "));
        assertThat(masks.apply("s3cret a s3cret, s3crets3cret"))
                .isEqualTo("******** a ********, ********");
    }

    @Test
    void secrets_that_overlap_leave_nothing_of_either() {
        assertThat(Masks.of(List.of("abcd", "cdef")).apply("-abcdef-")).isEqualTo("-********-");
    }

    @Test
    void a_secret_of_several_lines_is_hidden_line_by_line() {
        Masks masks = Masks.of(List.of("-----BEGIN\nMIIEvQ==\n-----END"));
        assertThat(masks.apply("key: MIIEvQ==")).isEqualTo("key: ********");
    }

    @Test
    void braces_and_other_short_lines_of_a_secret_of_several_lines_stay_readable() {
        Masks masks = Masks.of(List.of("{\n  \"key\": \"hunter2\"\n}\n"));
        assertThat(masks.apply("if (x) { y } \"key\": \"hunter2\""))
                .isEqualTo("if (x) { y } ********");
    }

    @Test
    void a_secret_that_has_short_lines_only_is_hidden_all_the_same() {
        assertThat(Masks.of(List.of("ab1\ncd2")).apply("ab1 cd2")).isEqualTo("******** ********");
    }

    @Test
    void the_end_of_a_secret_that_is_a_little_too_long_hides_nothing_else() {
        String secret = "x".repeat(Masks.LENGTH_MAX) + "e";
        Masks masks = Masks.of(List.of(secret));
        assertThat(masks.apply("hello " + secret + " here")).isEqualTo("hello ******** here");
    }

    @Test
    void lines_end_where_the_file_says_and_the_rest_waits() throws IOException {
        assertThat(cut("one\ntwo\r\n\nthree", List.of(), false)).containsExactly("one", "two", "");
        assertThat(cut("one\ntwo\r\n\nthree", List.of(), true))
                .containsExactly("one", "two", "", "three");
    }

    @Test
    void bytes_that_are_no_text_and_zeros_do_no_harm() throws IOException {
        Path file = folder.resolve("bytes");
        Files.write(file, new byte[] {'a', (byte) 0xFF, 0, 'b', '\n'});
        List<String> lines = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            new LineCutter(channel, 0, () -> Masks.of(List.of()))
                    .readToEnd((text, _) -> lines.add(text));
        }
        assertThat(lines).containsExactly("a\uFFFD\uFFFDb");
    }

    @Property(tries = 150)
    void a_secret_in_a_long_line_is_never_cut_in_two(
            @ForAll @IntRange(min = 0, max = 14_000) int at,
            @ForAll @IntRange(min = 1, max = 9_000) int length,
            @ForAll @IntRange(min = 0, max = 6_000) int behind)
            throws IOException {
        String secret = secret(length);
        List<String> lines =
                cut("ü".repeat(at / 2) + secret + "z".repeat(behind), List.of(secret), true);
        String shown = String.join("", lines);
        assertThat(shown.replace(Masks.SHOWN, ""))
                .isEqualTo("ü".repeat(at / 2) + "z".repeat(behind));
        assertThat(shown).contains(Masks.SHOWN);
        assertThat(lines)
                .allSatisfy(
                        line ->
                                assertThat(line.getBytes(StandardCharsets.UTF_8).length)
                                        .isLessThanOrEqualTo(LineCutter.LINE_BYTES_MAX + 8));
    }

    @Property(tries = 60)
    void secrets_that_overlap_without_end_are_hidden_all_the_same(
            @ForAll @IntRange(min = 2, max = 40) int length,
            @ForAll @IntRange(min = 100, max = 30_000) int total)
            throws IOException {
        List<String> lines = cut("a".repeat(total), List.of("a".repeat(length)), true);
        assertThat(String.join("", lines).replace(Masks.SHOWN, "").length()).isLessThan(length);
    }

    private static String secret(int length) {
        StringBuilder secret = new StringBuilder();
        for (int i = 0; secret.length() < length; i++) {
            secret.append('<').append(i);
        }
        return secret.substring(0, length);
    }

    private static List<String> cut(String text, List<String> secrets, boolean last)
            throws IOException {
        Path file = Files.createTempFile("lines", "");
        Files.writeString(file, text);
        List<String> lines = new ArrayList<>();
        long[] offset = {0};
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            LineCutter cutter = new LineCutter(channel, 0, () -> Masks.of(secrets));
            LineCutter.Lines into =
                    (line, behind) -> {
                        assertThat(behind).isGreaterThan(offset[0]);
                        offset[0] = behind;
                        lines.add(line);
                    };
            while (cutter.read(false, into)) {}
            if (last) {
                cutter.readToEnd(into);
            }
        }
        Files.delete(file);
        return lines;
    }
}
