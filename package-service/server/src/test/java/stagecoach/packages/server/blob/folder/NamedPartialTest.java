package stagecoach.packages.server.blob.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.vocabulary.packages.Sha512;

/** Downloads whose digest nobody knows before they have ended. */
class NamedPartialTest {
    private static final String NAME = "feed id version address";
    private static final String TAG = "\"a tag\"";
    private static final byte[] CONTENT = content();

    @TempDir Path root;
    private FolderBlobStore store;

    private static byte[] content() {
        var content = new byte[10 << 20];
        new Random(11).nextBytes(content);
        return content;
    }

    @BeforeEach
    void open() throws IOException {
        store = FolderBlobStore.open(root);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void left(int bytes, Optional<String> tag) throws IOException {
        try (var partial = store.partial(NAME).orElseThrow()) {
            partial.tag(tag);
            partial.write(CONTENT, 0, bytes);
        }
    }

    @Test
    void it_is_taken_up_with_its_tag_and_stored_by_the_digest_that_it_turns_out_to_have()
            throws IOException {
        left(1000, Optional.of(TAG));
        store.close();
        open();

        try (var partial = store.partial(NAME).orElseThrow()) {
            assertThat(partial.size()).isEqualTo(1000);
            assertThat(partial.tag()).contains(TAG);
            partial.write(CONTENT, 1000, CONTENT.length - 1000);
            assertThat(partial.seal()).isEqualTo(Sha512.hashOf(CONTENT));
            assertThat(partial.complete()).isEqualTo(new PutOutcome.Stored(CONTENT.length));
        }

        Path stored = store.file(Sha512.hashOf(CONTENT));
        assertThat(stored).hasBinaryContent(CONTENT);
        assertThat(files()).containsExactly(stored);
    }

    @Test
    void bytes_of_which_nobody_says_which_they_are_do_not_stay() throws IOException {
        left(1000, Optional.empty());
        assertThat(files()).isEmpty();
        assertThat(size()).isZero();
    }

    @Test
    void what_the_disk_made_of_it_meanwhile_is_not_gone_on_with() throws IOException {
        left(1000, Optional.of(TAG));
        Path file = file(true);
        byte[] rotten = Files.readAllBytes(file);
        rotten[500] ^= 1;
        Files.write(file, rotten);

        try (var partial = store.partial(NAME).orElseThrow()) {
            assertThat(partial.size()).isZero();
            assertThat(partial.tag()).isEmpty();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void what_came_after_the_last_mark_comes_again() throws IOException {
        Map<Path, byte[]> killed = new HashMap<>();
        try (var partial = store.partial(NAME).orElseThrow()) {
            partial.tag(Optional.of(TAG));
            partial.write(CONTENT, 0, 5 << 20);
            partial.write(CONTENT, 5 << 20, 1 << 20);
            for (Path file : files()) {
                killed.put(file, Files.readAllBytes(file));
            }
        }
        for (var file : killed.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }

        assertThat(size()).isEqualTo(5 << 20);
    }

    @Test
    void a_mark_of_which_only_a_part_is_there_counts_for_nothing() throws IOException {
        left(1000, Optional.of(TAG));
        Path mark = file(false);
        try (var channel = Files.newByteChannel(mark, StandardOpenOption.WRITE)) {
            channel.truncate(10);
        }
        assertThat(size()).isZero();
    }

    @Test
    void what_a_power_cut_has_left_of_the_next_mark_costs_nothing_and_goes() throws IOException {
        left(1000, Optional.of(TAG));
        Path next = Files.writeString(Path.of(file(false) + ".next"), "\"a t");
        assertThat(size()).isEqualTo(1000);

        Files.writeString(next, "\"a t");
        assertThat(store.forgetPartials(Instant.now().plusSeconds(60))).isEqualTo(1);
        assertThat(files()).isEmpty();
    }

    @Test
    void what_is_thrown_away_leaves_nothing() throws IOException {
        left(1000, Optional.of(TAG));
        try (var partial = store.partial(NAME).orElseThrow()) {
            partial.discard();
            assertThat(partial.tag()).isEmpty();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void one_at_a_time_has_it_and_what_nobody_goes_on_with_is_forgotten() throws IOException {
        left(1000, Optional.of(TAG));
        Instant later = Instant.now().plusSeconds(60);
        try (var second = FolderBlobStore.open(root);
                var held = store.partial(NAME).orElseThrow()) {
            assertThat(second.partial(NAME)).isEmpty();
            assertThat(second.partial("another")).isPresent().get().satisfies(PartialBlob::close);
            assertThat(second.forgetPartials(later)).isZero();
            assertThat(held.size()).isEqualTo(1000);
        }
        assertThat(store.forgetPartials(later)).isEqualTo(1);
        assertThat(files()).isEmpty();
    }

    private long size() throws IOException {
        try (var partial = store.partial(NAME).orElseThrow()) {
            return partial.size();
        }
    }

    /** What came, or the mark beside it. */
    private Path file(boolean content) throws IOException {
        return files().stream()
                .filter(each -> each.toFile().length() == 1000 == content)
                .findFirst()
                .orElseThrow();
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().equals("locks"))
                    .toList();
        }
    }
}
