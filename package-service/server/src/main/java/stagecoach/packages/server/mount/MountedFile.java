package stagecoach.packages.server.mount;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** A file of a mounted folder, each piece of which comes in time or not at all. */
public final class MountedFile implements AutoCloseable {
    private static final Logger LOG = System.getLogger(MountedFile.class.getName());

    private final Mounts mounts;
    private final Path root;
    private final Duration most;
    private final InputStream body;

    private MountedFile(Mounts mounts, Path root, Duration most, InputStream body) {
        this.mounts = mounts;
        this.root = root;
        this.most = most;
        this.body = body;
    }

    /**
     * Opens one; empty if it is not there.
     *
     * @param most how long that, and each piece of it, may take
     */
    public static Optional<MountedFile> open(Mounts mounts, Path root, Path file, Duration most)
            throws Mounts.Silent, ExecutionException, InterruptedException {
        return mounts.within(root, most, () -> opened(file))
                .map(body -> new MountedFile(mounts, root, most, body));
    }

    private static Optional<InputStream> opened(Path file) throws IOException {
        try {
            InputStream body = Files.newInputStream(file);
            if (Thread.currentThread().isInterrupted()) {
                body.close();
                throw new InterruptedIOException("nobody waits for it any more");
            }
            return Optional.of(body);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** The next bytes; -1 behind its end. */
    public int read(byte[] buffer) throws Mounts.Silent, ExecutionException, InterruptedException {
        return mounts.within(root, most, () -> body.read(buffer));
    }

    /** Up to so many of the next bytes; -1 behind its end. */
    public int read(byte[] buffer, int length)
            throws Mounts.Silent, ExecutionException, InterruptedException {
        return mounts.within(root, most, () -> body.read(buffer, 0, length));
    }

    /** Leaves out so many bytes; how many that were. */
    public long skip(long bytes) throws Mounts.Silent, ExecutionException, InterruptedException {
        return mounts.within(root, most, () -> body.skip(bytes));
    }

    /** Nobody waits for it: a mount that keeps the reader keeps the file. */
    @Override
    public void close() {
        Thread.ofPlatform().daemon().name("mount-close").start(this::closed);
    }

    private void closed() {
        try {
            body.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A file of a mounted folder could not be closed.", e);
        }
    }
}
