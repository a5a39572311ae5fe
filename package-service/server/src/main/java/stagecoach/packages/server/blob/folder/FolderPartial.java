package stagecoach.packages.server.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.PutOutcome;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A resumable download as a file that nobody else may write while the lock is held. What came in
 * earlier tries is believed to be that if the digest will tell, or else the mark beside it.
 */
final class FolderPartial implements PartialBlob {
    /** So much may come again after a power cut, or the end of the process. */
    private static final long MARK_EVERY_BYTES = 4L << 20;

    private final FolderBlobStore store;
    private final Optional<Sha512> expected;
    private final Path file;
    private final FileLock lock;
    private final FileChannel channel;

    /** Knows the bytes of earlier tries only once they are needed: see {@link #hasher()}. */
    private @Nullable MessageDigest hasher;

    private @Nullable Sha512 sealed;
    private Optional<String> tag = Optional.empty();
    private long size;
    private long marked;
    private boolean stored;

    private FolderPartial(
            FolderBlobStore store,
            Optional<Sha512> expected,
            Path file,
            FileLock lock,
            FileChannel channel)
            throws IOException {
        this.store = store;
        this.expected = expected;
        this.file = file;
        this.lock = lock;
        this.channel = channel;
        this.size = channel.size();
    }

    /** Takes it up where it was left; {@code expected} is empty where nobody knows the digest. */
    static FolderPartial takeUp(
            FolderBlobStore store, Optional<Sha512> expected, Path file, FileLock lock)
            throws IOException {
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            var partial = new FolderPartial(store, expected, file, lock, channel);
            if (expected.isEmpty()) {
                partial.compareWithMark();
            }
            return partial;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Leaves of earlier tries what is marked and still is what it was. */
    private void compareWithMark() throws IOException {
        var mark = PartialMark.read(markFile());
        if (mark.isPresent() && mark.get().size() <= size) {
            size = mark.get().size();
            channel.truncate(size);
            if (soFar().equals(mark.get().digest())) {
                tag = Optional.of(mark.get().tag());
                marked = size;
                return;
            }
        }
        discard();
    }

    private Path markFile() {
        return FolderBlobStore.markOf(file);
    }

    private void mark() throws IOException {
        if (expected.isEmpty() && tag.isPresent()) {
            // What is marked is on the disk, or a power cut would cost all of it.
            flush();
            new PartialMark(tag.get(), size, soFar()).write(markFile());
            marked = size;
        }
    }

    private Sha512 soFar() throws IOException {
        try {
            return sealed != null ? sealed : Sha512.finish((MessageDigest) hasher().clone());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-512 has no state that can be copied", e);
        }
    }

    @Override
    public Optional<String> tag() {
        return tag;
    }

    @Override
    public void tag(Optional<String> source) {
        tag = source;
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
        if (size - marked >= MARK_EVERY_BYTES) {
            mark();
        }
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
        return FileChannel.open(stored ? store.file(sealed) : file, StandardOpenOption.READ);
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
        if (expected.filter(digest -> !digest.equals(actual)).isPresent()) {
            var came = size;
            discard();
            return new PutOutcome.Mismatch(actual, came);
        }
        flush();
        store.commit(file, actual);
        stored = true;
        return new PutOutcome.Stored(size);
    }

    @Override
    public void discard() throws IOException {
        requireUnfinished();
        channel.truncate(0);
        hasher = null;
        sealed = null;
        tag = Optional.empty();
        size = 0;
        marked = 0;
    }

    @Override
    public void close() throws IOException {
        try (lock;
                channel) {
            boolean resumable = size > 0 && (expected.isPresent() || tag.isPresent());
            if (stored || !resumable) {
                Files.deleteIfExists(markFile());
            }
            if (!stored && !resumable) {
                Files.deleteIfExists(file);
            }
            if (!stored && resumable) {
                mark();
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
