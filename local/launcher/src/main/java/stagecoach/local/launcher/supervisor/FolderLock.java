package stagecoach.local.launcher.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What only one process of this computer may hold; the operating system gives it back at its end.
 */
final class FolderLock {
    private final FileLock lock;

    private FolderLock(FileLock lock) {
        this.lock = lock;
    }

    /** The lock; empty while another process holds it. */
    static Optional<FolderLock> take(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new FolderLock(lock));
    }

    boolean isHeld() {
        return lock.isValid();
    }
}
