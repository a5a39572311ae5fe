package stagecoach.packages.server.blob.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.BlobStoreContract;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.packages.server.blob.Verification;
import stagecoach.vocabulary.packages.Sha512;

class FolderBlobStoreTest extends BlobStoreContract {

    @TempDir Path root;
    private FolderBlobStore store;

    @BeforeEach
    void open() throws IOException {
        store = FolderBlobStore.open(root);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Override
    protected BlobStore store() {
        return store;
    }

    @Override
    protected List<String> held() {
        return files().stream().map(Path::toString).toList();
    }

    @Override
    protected void damage(Sha512 digest, byte[] content) throws IOException {
        Files.write(store.file(digest), content);
    }

    @Test
    void a_download_that_nobody_goes_on_with_is_forgotten_and_one_that_somebody_holds_is_not()
            throws IOException {
        var other = Sha512.hashOf(new byte[] {1});
        var later = Instant.now().plusSeconds(60);
        try (var left = store.partial(other).orElseThrow()) {
            left.write(CONTENT, 0, 5);
        }
        try (var held = store.partial(DIGEST).orElseThrow()) {
            held.write(CONTENT, 0, 5);

            assertThat(store.forgetPartials(later.minusSeconds(3600))).isZero();
            assertThat(store.forgetPartials(later)).isEqualTo(1);
        }
        try (var held = store.partial(DIGEST).orElseThrow();
                var gone = store.partial(other).orElseThrow()) {
            assertThat(held.size()).isEqualTo(5);
            assertThat(gone.size()).isZero();
        }
    }

    @Test
    void a_reader_keeps_its_bytes_when_the_blob_is_deleted() throws IOException {
        store.put(DIGEST, stream(CONTENT));
        try (var reading = store.read(DIGEST, 0, CONTENT.length).orElseThrow()) {
            assertThat(store.delete(DIGEST)).isTrue();
            assertThat(reading).hasBinaryContent(CONTENT);
        }
        assertThat(store.has(DIGEST)).isFalse();
    }

    @Test
    void a_download_is_taken_up_where_it_was_left_also_after_a_restart() throws IOException {
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            assertThat(partial.size()).isZero();
            partial.write(CONTENT, 0, 10);
        }
        store.close();
        open();

        try (var partial = store.partial(DIGEST).orElseThrow()) {
            assertThat(partial.size()).isEqualTo(10);
            assertThat(store.has(DIGEST)).isFalse();
            var rest = new ByteArrayInputStream(CONTENT, 10, CONTENT.length);
            assertThat(partial.writeAll(rest, Long.MAX_VALUE)).isEqualTo(CONTENT.length - 10);
            assertThat(partial.complete()).isEqualTo(new PutOutcome.Stored(CONTENT.length));
        }

        assertThat(store.read(DIGEST, 0, CONTENT.length).orElseThrow()).hasBinaryContent(CONTENT);
        assertThat(files()).containsExactly(store.file(DIGEST));
    }

    @Test
    void what_has_come_before_is_read_when_the_download_is_prepared_and_not_while_it_runs()
            throws IOException {
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            partial.write(CONTENT, 0, 10);
        }
        var other = CONTENT.clone();
        other[0] ^= 1;
        Path file = partialFile();
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            Files.write(file, Arrays.copyOf(other, 10));
            partial.prepare();
            Files.write(file, Arrays.copyOf(CONTENT, 10));
            partial.write(CONTENT, 10, CONTENT.length - 10);
            assertThat(partial.complete()).isInstanceOf(PutOutcome.Mismatch.class);
        }
    }

    /** The only file that is no blob yet. */
    private Path partialFile() throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toFile().length() == 10)
                    .findAny()
                    .orElseThrow();
        }
    }

    @Test
    void a_download_that_turns_out_wrong_is_purged_and_begins_again_at_zero() throws IOException {
        var wrong = CONTENT.clone();
        wrong[0] ^= 1;
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            partial.write(wrong, 0, 10);
        }
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            partial.write(CONTENT, 10, CONTENT.length - 10);
            assertThat(partial.complete())
                    .isEqualTo(new PutOutcome.Mismatch(Sha512.hashOf(wrong), CONTENT.length));
            assertThat(partial.size()).isZero();
            partial.write(CONTENT, 0, CONTENT.length);
            assertThat(partial.complete()).isEqualTo(new PutOutcome.Stored(CONTENT.length));
        }
    }

    @Test
    void a_purged_download_leaves_no_file() throws IOException {
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            partial.write(CONTENT, 0, 10);
            partial.discard();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void a_source_never_gives_more_bytes_than_it_was_asked_for() throws IOException {
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            assertThat(partial.writeAll(stream(CONTENT), 5)).isEqualTo(5);
            assertThat(partial.size()).isEqualTo(5);
        }
    }

    @Test
    void a_completed_download_takes_no_more_bytes() throws IOException {
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            partial.write(CONTENT, 0, CONTENT.length);
            partial.complete();
            assertThatThrownBy(() -> partial.write(CONTENT, 0, 1))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(partial::discard).isInstanceOf(IllegalStateException.class);
        }
        assertThat(store.verify(DIGEST)).isEqualTo(new Verification.Intact());
    }

    @Test
    void only_one_at_a_time_holds_the_download_of_a_digest() throws IOException {
        try (var second = FolderBlobStore.open(root)) {
            try (var held = store.partial(DIGEST).orElseThrow()) {
                assertThat(held.size()).isZero();
                assertThat(store.partial(DIGEST)).isEmpty();
                assertThat(second.partial(DIGEST)).isEmpty();
                try (var other = store.partial(Sha512.hashOf(new byte[1])).orElseThrow()) {
                    assertThat(other.size()).isZero();
                }
            }
            try (var free = second.partial(DIGEST).orElseThrow()) {
                assertThat(free.size()).isZero();
            }
        }
    }

    @Test
    void a_thread_interrupted_while_it_writes_gives_up_no_lock_of_others() throws Exception {
        try (var held = store.partial(DIGEST).orElseThrow()) {
            var interrupted =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        Thread.currentThread().interrupt();
                                        assertThatThrownBy(() -> store.put(DIGEST, stream(CONTENT)))
                                                .isInstanceOf(IOException.class);
                                    });
            interrupted.join();
            assertThat(store.partial(DIGEST)).isEmpty();
            held.write(CONTENT, 0, CONTENT.length);
            assertThat(held.complete()).isInstanceOf(PutOutcome.Stored.class);
        }
    }

    @Test
    void a_second_process_does_not_sweep_the_drafts_of_a_living_one() throws IOException {
        try (var draft = store.draft()) {
            draft.write(CONTENT, 0, CONTENT.length);
            FolderBlobStore.open(root).close();
            draft.keep();
        }
        assertThat(store.has(DIGEST)).isTrue();
    }

    @Test
    void after_a_kill_drafts_are_swept_and_downloads_are_kept() throws Exception {
        var writer = UnfinishedWriter.start(root);
        assertThat(files()).hasSize(2);
        writer.destroyForcibly().waitFor();

        store.close();
        open();

        assertThat(files()).containsExactly(root.resolve("partial").resolve(DIGEST.hex()));
        try (var partial = store.partial(DIGEST).orElseThrow()) {
            assertThat(partial.size()).isEqualTo(10);
        }
    }

    @Test
    void files_of_others_among_the_blobs_are_passed_over() throws IOException {
        Files.writeString(root.resolve("blobs/ab/README"), "not a blob");
        assertThat(store.list()).isEmpty();
    }

    private List<Path> files() {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("locks"))
                    .toList();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** Holds a draft and a download of {@link #DIGEST} until it is killed. */
    static final class UnfinishedWriter {

        static Process start(Path root) throws IOException {
            var command = new ArrayList<String>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-cp", System.getProperty("java.class.path")));
            command.addAll(List.of(UnfinishedWriter.class.getName(), root.toString()));
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            assertThat(process.getInputStream().read()).isEqualTo('!');
            return process;
        }

        public static void main(String[] arguments) throws Exception {
            var store = FolderBlobStore.open(Path.of(arguments[0]));
            var draft = store.draft();
            draft.write(CONTENT, 0, CONTENT.length);
            var partial = store.partial(DIGEST).orElseThrow();
            partial.write(CONTENT, 0, 10);
            System.out.print('!');
            System.out.flush();
            Thread.currentThread().join();
        }
    }
}
