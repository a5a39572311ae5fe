package stagecoach.packages.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.index.FolderIndex;
import stagecoach.vocabulary.packages.Sha512;

/** A disk that is full in the middle: a sentence, nothing left, and the next attempt succeeds. */
class DiskFullTest {
    private static final Instant NOW = Instant.parse("2026-11-29T03:00:00Z");
    private static final int SIZE = 1 << 20;

    @TempDir Path folder;

    private static long files(Path root) throws Exception {
        try (Stream<Path> walked = Files.walk(root)) {
            return walked.filter(file -> Files.isRegularFile(file) && !file.endsWith("locks"))
                    .count();
        }
    }

    @Test
    void in_the_middle_of_a_push() throws Exception {
        byte[] archive = Archive.of("Shop.Web", "1.0");
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 2);
                FolderBlobStore blobs = FolderBlobStore.open(disk.root().resolve("store"));
                FolderIndex index = FolderIndex.open(folder.resolve("index"), blobs::has)) {
            var ingest =
                    new PackageIngest(
                            blobs, index, new IngestLimits(1 << 22, ArchiveLimits.defaults()));
            InputStream large =
                    new ByteArrayInputStream(new byte[SIZE]) {
                        @Override
                        public synchronized int read(byte[] into, int at, int length) {
                            if (pos >= SIZE / 2) {
                                filled(disk);
                            }
                            return super.read(into, at, length);
                        }
                    };
            assertThatThrownBy(() -> ingest.upload(large, NOW))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageStartingWith("the disk is full");
            disk.empty();
            assertThat(files(disk.root())).isZero();
            assertThat(ingest.upload(new ByteArrayInputStream(archive), NOW))
                    .isInstanceOf(Ingestion.Added.class);
        }
    }

    private static void filled(SmallDisk disk) {
        try {
            disk.fill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void in_the_middle_of_a_download() throws Exception {
        byte[] bytes = new byte[SIZE];
        new Random(3).nextBytes(bytes);
        Sha512 digest = Sha512.hashOf(bytes);
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 2);
                FolderBlobStore blobs = FolderBlobStore.open(disk.root().resolve("store"))) {
            try (var partial = blobs.partial(digest).orElseThrow()) {
                partial.write(bytes, 0, SIZE / 2);
                disk.fill();
                assertThatThrownBy(() -> partial.write(bytes, SIZE / 2, SIZE / 2))
                        .isInstanceOf(DiskFullException.class);
                partial.discard();
            }
            assertThat(blobs.has(digest)).isFalse();
            disk.empty();
            assertThat(files(disk.root())).isZero();
            try (var partial = blobs.partial(digest).orElseThrow()) {
                partial.write(bytes, 0, SIZE);
                assertThat(partial.complete()).isInstanceOf(PutOutcome.Stored.class);
            }
            assertThat(blobs.read(digest, 0, SIZE).orElseThrow())
                    .hasBinaryContent(Arrays.copyOf(bytes, SIZE));
        }
    }
}
