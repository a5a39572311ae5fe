package stagecoach.packages.app.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.packages.server.blob.SmallDisk;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

class SharedFolderTest {
    private static final long SYNCED = 32L << 20;
    private static final int SIZE = (int) SYNCED + 3_000_000;

    @TempDir Path folder;

    private final byte[] bytes = new byte[SIZE];
    private PackagePin pin;
    private SharedFolder shared;
    private Path incoming;
    private Path blob;

    @BeforeEach
    void prepare() throws Exception {
        new Random(5).nextBytes(bytes);
        pin =
                new PackagePin(
                        new PackageId("Shop.Web"),
                        new PackageVersion("1.0.0"),
                        Sha512.hashOf(bytes),
                        SIZE);
        Path root = Files.createDirectory(folder.resolve("share"));
        shared = new SharedFolder(root);
        incoming = root.resolve("incoming").resolve(pin.sha512().value());
        blob = root.resolve("blobs").resolve(pin.sha512().value());
    }

    private FolderBlobStore blobs() throws Exception {
        FolderBlobStore blobs = FolderBlobStore.open(folder.resolve("packages"));
        Path file = blobs.file(pin.sha512());
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return blobs;
    }

    @Test
    void what_one_who_was_cut_off_has_surely_written_is_gone_on_with() throws Exception {
        try (FolderBlobStore blobs = blobs()) {
            long[] left = {SYNCED + 1_000_000};
            assertThatThrownBy(
                            () ->
                                    shared.put(
                                            blobs,
                                            pin,
                                            count -> {
                                                left[0] -= count;
                                                if (left[0] < 0) {
                                                    throw new InterruptedException("killed");
                                                }
                                            }))
                    .isInstanceOf(InterruptedException.class);
            assertThat(incoming).exists();
            assertThat(blob).doesNotExist();

            long[] written = {0};
            SharedFolder.Put put = shared.put(blobs, pin, count -> written[0] += count);

            assertThat(put).isEqualTo(new SharedFolder.Put(SIZE - SYNCED, SYNCED));
            assertThat(written[0]).isEqualTo(SIZE - SYNCED);
            assertThat(incoming).doesNotExist();
            assertThat(Files.readAllBytes(blob)).isEqualTo(bytes);
        }
    }

    @Test
    void what_may_not_have_come_to_the_disk_is_written_again() throws Exception {
        try (FolderBlobStore blobs = blobs()) {
            Files.createDirectories(incoming.getParent());
            Files.write(incoming, new byte[(int) SYNCED]);

            assertThat(shared.put(blobs, pin, _ -> {})).isEqualTo(new SharedFolder.Put(SIZE, 0));
            assertThat(Files.readAllBytes(blob)).isEqualTo(bytes);
        }
    }

    @Test
    void a_write_that_finds_no_room_leaves_nothing_that_keeps_the_disk_full() throws Exception {
        try (FolderBlobStore blobs = blobs();
                SmallDisk disk = SmallDisk.mount(folder.resolve("small"), 8)) {
            long free = Files.getFileStore(disk.root()).getUsableSpace();

            assertThatThrownBy(() -> new SharedFolder(disk.root()).put(blobs, pin, _ -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");

            assertThat(Files.getFileStore(disk.root()).getUsableSpace())
                    .isGreaterThan(free - 100_000);
            assertThat(disk.root().resolve("incoming")).isEmptyDirectory();
            assertThat(disk.root().resolve("blobs")).isEmptyDirectory();
        }
    }

    @Test
    void a_link_in_its_place_is_not_followed() throws Exception {
        try (FolderBlobStore blobs = blobs()) {
            Path victim = Files.writeString(folder.resolve("victim"), "untouched");
            Files.createDirectories(incoming.getParent());
            Files.createSymbolicLink(incoming, victim);

            shared.put(blobs, pin, _ -> {});

            assertThat(victim).hasContent("untouched");
            assertThat(Files.readAllBytes(blob)).isEqualTo(bytes);
        }
    }

    @Test
    void what_others_left_and_cannot_be_removed_keeps_nobody_from_writing() throws Exception {
        try (FolderBlobStore blobs = blobs()) {
            Path left = Files.createDirectories(incoming.resolveSibling("left/inside")).getParent();
            Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(3))));

            shared.put(blobs, pin, _ -> {});

            assertThat(Files.readAllBytes(blob)).isEqualTo(bytes);
        }
    }
}
