package stagecoach.packages.server.blob.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Locks that end with the process that holds them, as regions of one file that is never removed: a
 * lock on a file that may be renamed or deleted could end up on the wrong one.
 */
final class FolderLocks implements Closeable {

    // Not a FileChannel: that one closes, and gives up every lock, when a thread in it is
    // interrupted. And only one channel for all: closing any descriptor of a file gives up all
    // locks that its process holds on it.
    private final AsynchronousFileChannel channel;

    private FolderLocks(AsynchronousFileChannel channel) {
        this.channel = channel;
    }

    static FolderLocks open(Path file) throws IOException {
        return new FolderLocks(
                AsynchronousFileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    /** Takes the lock of that number, or empty while it is held, by this process or another. */
    Optional<FileLock> tryLock(long number) throws IOException {
        try {
            // The highest region must still end below Long.MAX_VALUE.
            return Optional.ofNullable(channel.tryLock(number >>> 2, 1, false));
        } catch (OverlappingFileLockException heldByThisProcess) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
