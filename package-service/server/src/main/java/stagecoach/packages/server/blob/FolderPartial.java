package stagecoach.packages.server.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.packages.Sha512;

/** A resumable download as a file that nobody else may write while the lock is held. */
final class FolderPartial implements PartialBlob {

    private final FolderBlobStore store;
    private final Sha512 digest;
    private final Path file;
    private final FileLock lock;
    private final FileChannel channel;

    /** Knows the bytes of earlier tries only once they are needed: see {@link #hasher()}. */
    private @Nullable MessageDigest hasher;

    private @Nullable Sha512 sealed;
    private long size;
    private boolean stored;

    private FolderPartial(
            FolderBlobStore store, Sha512 digest, Path file, FileLock lock, FileChannel channel)
            throws IOException {
        this.store = store;
        this.digest = digest;
        this.file = file;
        this.lock = lock;
        this.channel = channel;
        this.size = channel.size();
    }

    static FolderPartial takeUp(FolderBlobStore store, Sha512 digest, Path file, FileLock lock)
            throws IOException {
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            return new FolderPartial(store, digest, file, lock, channel);
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void prepare() throws IOException {
        requireUnfinished();
        hasher();
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        requireUnfinished();
        if (sealed != null) {
            throw new IllegalStateException("The download is sealed.");
        }
        var hasher = hasher();
        var buffer = ByteBuffer.wrap(bytes, from, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer, size + buffer.position() - from);
            }
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
        hasher.update(bytes, from, length);
        size += length;
    }

    @Override
    public Sha512 seal() throws IOException {
        var known = sealed;
        if (known == null) {
            known = Sha512.finish(hasher());
            hasher = null;
            sealed = known;
        }
        return known;
    }

    @Override
    public SeekableByteChannel open() throws IOException {
        if (sealed == null) {
            throw new IllegalStateException("The download is still being written.");
        }
        return FileChannel.open(stored ? store.file(digest) : file, StandardOpenOption.READ);
    }

    @Override
    public void flush() throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw DiskFullException.named(e);
        }
    }

    @Override
    public PutOutcome complete() throws IOException {
        requireUnfinished();
        var actual = seal();
        if (!actual.equals(digest)) {
            var came = size;
            discard();
            return new PutOutcome.Mismatch(actual, came);
        }
        flush();
        store.commit(file, digest);
        stored = true;
        return new PutOutcome.Stored(size);
    }

    @Override
    public void discard() throws IOException {
        requireUnfinished();
        channel.truncate(0);
        hasher = null;
        sealed = null;
        size = 0;
    }

    @Override
    public void close() throws IOException {
        try (lock;
                channel) {
            if (size == 0 && !stored) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The file of a finished download is a blob now, which nobody may touch. */
    private void requireUnfinished() {
        if (stored) {
            throw new IllegalStateException("The download is complete.");
        }
    }

    private MessageDigest hasher() throws IOException {
        if (hasher == null) {
            var fresh = Sha512.hasher();
            var buffer = ByteBuffer.allocate(1 << 16);
            for (var at = 0L; at < size; ) {
                var read = channel.read(buffer.limit((int) Math.min(1 << 16, size - at)), at);
                if (read < 0) {
                    throw new IOException("The partial download " + file + " has shrunk.");
                }
                at += read;
                fresh.update(buffer.flip());
                buffer.clear();
            }
            hasher = fresh;
        }
        return hasher;
    }
}
