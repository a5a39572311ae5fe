package stagecoach.packages.app.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quarkus.logging.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.mount.SharedFolder.OtherBytes;
import stagecoach.packages.app.mount.SharedFolder.Put;
import stagecoach.packages.app.mount.SharedFolder.Written;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/** A package on its way into a {@link SharedFolder}: it lies in {@code incoming/} meanwhile. */
final class IncomingPackage {
    private static final int BUFFER_BYTES = 1 << 18;

    /**
     * So much at most waits for the disk behind the other side: to wait for more looks like
     * hanging.
     */
    private static final long SYNC_EVERY_BYTES = 32L << 20;

    private static final Duration LEFT_BEHIND = Duration.ofDays(2);

    private final Path root;
    private final PackagePin pin;
    private final Path incoming;
    private final Path file;

    IncomingPackage(Path root, PackagePin pin) {
        this.root = root;
        this.pin = pin;
        this.incoming = root.resolve("incoming");
        this.file = incoming.resolve(pin.sha512().value());
    }

    /** How many bytes of it lie there, when all that nobody goes on with is gone. */
    long left() throws IOException {
        if (!Files.isDirectory(incoming, NOFOLLOW_LINKS)) {
            return 0;
        }
        // First what nobody needs: it may be all that fills the disk.
        forgetOld();
        return Files.isRegularFile(file, NOFOLLOW_LINKS) ? Files.size(file) : 0;
    }

    /** How many bytes of it surely are on disk. */
    long surely() throws IOException {
        if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
            return 0;
        }
        long size = Math.min(Files.size(file), pin.size());
        return Math.max(0, size - 1) / SYNC_EVERY_BYTES * SYNC_EVERY_BYTES;
    }

    /** Writes it out of {@code blobs}. */
    Put put(BlobStore blobs, Written written) throws IOException, InterruptedException {
        Path folder = SharedFolder.own(root.resolve(FolderAddress.BLOBS));
        SharedFolder.own(incoming);
        forgetOld();
        if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
            // Whatever else lies there, such as a link, is none of ours.
            Files.deleteIfExists(file);
        }
        // Behind a point up to which all is synced more is written only when it is.
        long surely = surely();
        try {
            write(blobs, surely, written);
        } catch (OtherBytes e) {
            Files.deleteIfExists(file);
            throw e;
        } catch (IOException e) {
            if (DiskFullException.named(e) instanceof DiskFullException) {
                // What was written would keep it full, for all others as well.
                Files.deleteIfExists(file);
            }
            throw e;
        }
        Files.move(file, root.resolve(FolderAddress.blob(pin.sha512())), ATOMIC_MOVE);
        sync(folder);
        return new Put(pin.size() - surely, surely);
    }

    private void write(BlobStore blobs, long surely, Written written)
            throws IOException, InterruptedException {
        Optional<SeekableByteChannel> stored = blobs.open(pin.sha512());
        if (stored.isEmpty()) {
            throw new OtherBytes("the store has lost " + pin.sha512());
        }
        try (SeekableByteChannel from = stored.get();
                FileChannel to = FileChannel.open(file, CREATE, WRITE, NOFOLLOW_LINKS)) {
            var hasher = Sha512.hasher();
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            if (to.size() > pin.size()) {
                to.truncate(pin.size());
            }
            long at = 0;
            while (from.read(upToSync(buffer.clear(), at)) >= 0) {
                buffer.flip();
                hasher.update(buffer.duplicate());
                long count = buffer.remaining();
                at += count;
                if (at <= surely) {
                    continue;
                }
                for (long position = at - count; buffer.hasRemaining(); ) {
                    position += to.write(buffer, position);
                }
                if (at % SYNC_EVERY_BYTES == 0) {
                    to.force(false);
                }
                written.accept(count);
            }
            Sha512 actual = Sha512.finish(hasher);
            if (!actual.equals(pin.sha512())) {
                throw new OtherBytes("the store has other bytes under " + pin.sha512());
            }
            SharedFolder.readable(file, "rw-r--r--");
            to.force(true);
        }
    }

    private static ByteBuffer upToSync(ByteBuffer buffer, long at) {
        return buffer.limit(
                (int) Math.min(buffer.capacity(), SYNC_EVERY_BYTES - at % SYNC_EVERY_BYTES));
    }

    /**
     * What a process that was killed has left; nobody writes for so long. What cannot be removed,
     * such as what a file system keeps there for one who reads it still, is left.
     */
    private void forgetOld() throws IOException {
        Instant before = Instant.now().minus(LEFT_BEHIND);
        try (var files = Files.newDirectoryStream(incoming)) {
            for (Path one : files) {
                if (isOlder(one, before)) {
                    forget(one);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            Log.debugf(e, "What was left behind cannot be removed. file=%s", file);
        }
    }

    private static boolean isOlder(Path file, Instant before) throws IOException {
        try {
            return Files.getLastModifiedTime(file, NOFOLLOW_LINKS).toInstant().isBefore(before);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, READ)) {
            channel.force(true);
        }
    }
}
