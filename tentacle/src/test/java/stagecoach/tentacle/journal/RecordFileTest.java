package stagecoach.tentacle.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RecordFileTest {
    @Property(tries = 300)
    void a_file_cut_anywhere_gives_whole_records_only_and_can_be_written_on(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 0, max = 200) Integer> lengths,
            @ForAll @IntRange(min = 0, max = 2000) int cutAt)
            throws IOException {
        Path file = write(lengths);
        byte[] bytes = Files.readAllBytes(file);
        int cut = Math.min(cutAt, bytes.length);
        Files.write(file, java.util.Arrays.copyOf(bytes, cut));
        List<String> all = texts(lengths);

        List<String> read = new ArrayList<>();
        try (RecordFile records = open(file, read)) {
            assertThat(read).isEqualTo(all.subList(0, read.size()));
            records.append(json("after"));
        }
        List<String> again = new ArrayList<>();
        open(file, again).close();
        assertThat(again.subList(0, read.size())).isEqualTo(read);
        assertThat(again.subList(read.size(), again.size())).containsExactly("after");
        Files.delete(file);
    }

    @Property(tries = 300)
    void a_changed_byte_is_an_error_or_a_shorter_history_never_another_one(
            @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 0, max = 60) Integer> lengths,
            @ForAll @IntRange(min = 0, max = 400) int at,
            @ForAll @IntRange(min = 1, max = 255) int change)
            throws IOException {
        Path file = write(lengths);
        byte[] bytes = Files.readAllBytes(file);
        bytes[at % bytes.length] ^= (byte) change;
        Files.write(file, bytes);
        List<String> read = new ArrayList<>();
        try (RecordFile records = open(file, read)) {
            assertThat(records).isNotNull();
        } catch (DamagedJournal e) {
            assertThat(e).hasMessageContaining("damaged before its last record");
        }
        assertThat(read).isEqualTo(texts(lengths).subList(0, read.size()));
        Files.delete(file);
    }

    @Property(tries = 200)
    void random_bytes_are_no_records(@ForAll byte[] rubbish) throws IOException {
        Path file = Files.createTempFile("records", "");
        Files.write(file, rubbish);
        List<String> read = new ArrayList<>();
        open(file, read).close();
        assertThat(read).isEmpty();
        assertThat(Files.size(file)).isZero();
        Files.delete(file);
    }

    private static Path write(List<Integer> lengths) throws IOException {
        Path file = Files.createTempFile("records", "");
        try (RecordFile records = open(file, new ArrayList<>())) {
            for (String text : texts(lengths)) {
                records.append(json(text));
            }
        }
        return file;
    }

    private static List<String> texts(List<Integer> lengths) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < lengths.size(); i++) {
            texts.add(i + "x".repeat(lengths.get(i)));
        }
        return texts;
    }

    private static RecordFile open(Path file, List<String> into) throws IOException {
        return RecordFile.open(
                file,
                (json, position, length) -> into.add(new String(json, StandardCharsets.UTF_8)));
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
