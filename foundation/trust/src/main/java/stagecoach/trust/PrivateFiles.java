package stagecoach.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Files that only their owner may read, written so that a crash leaves the old or the new, never a
 * half. Where a file system knows no POSIX modes (Windows) the folder's inherited rights hold.
 */
public final class PrivateFiles {
    private static final String FOLDER_MODE = "rwx------";
    private static final String FILE_MODE = "rw-------";

    private PrivateFiles() {}

    /** Creates {@code folder} and what is missing above it; {@code folder} gets mode 0700. */
    public static void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        if (hasModes(folder.getFileSystem())) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(FOLDER_MODE));
        }
    }

    /** Puts {@code bytes} into {@code file}, mode 0600, on disk when this returns. */
    public static void write(Path file, byte[] bytes) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " has no folder");
        }
        Path half = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            half,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            fileMode(file.getFileSystem()))) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(
                    half,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(half);
        }
        syncFolder(folder);
    }

    /** Makes names that were created, renamed or removed in {@code folder} last. */
    public static void syncFolder(Path folder) throws IOException {
        if (!hasModes(folder.getFileSystem())) {
            // Windows cannot open a folder; its renames are journalled by NTFS.
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The attribute for creating a file with mode 0600, where modes exist. */
    public static FileAttribute<?>[] fileMode(FileSystem system) {
        return hasModes(system)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(FILE_MODE))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(FileSystem system) {
        return system.supportedFileAttributeViews().contains("posix");
    }
}
