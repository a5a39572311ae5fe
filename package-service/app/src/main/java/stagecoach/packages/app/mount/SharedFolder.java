package stagecoach.packages.app.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A folder that others mount: {@code blobs/<sha512>}, {@code incoming/} for what is being written
 * ({@link IncomingPackage}), and {@code going/} for what is being removed ({@link GoingPackages}).
 * A package has its name only when all of it is on disk. Whoever is killed leaves what he wrote to
 * the next one, who goes on behind what surely is on disk. Should two ever write at once, they
 * write the same bytes in the same places.
 */
public final class SharedFolder {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path root;

    /** The one at {@code root}. */
    public SharedFolder(Path root) {
        this.root = root;
    }

    /**
     * What was written.
     *
     * @param bytes how many
     * @param bytesResumed how many lay there from an earlier try
     */
    public record Put(long bytes, long bytesResumed) {
        /** It was there already. */
        public static final Put NOTHING = new Put(0, 0);
    }

    /** Told of bytes as they are written; more are when it returns. */
    @FunctionalInterface
    public interface Written {
        /** So many more. */
        void accept(long bytes) throws InterruptedException;
    }

    /** It is not as such a folder must be. */
    public static class NotUsable extends IOException {
        private static final long serialVersionUID = 1L;

        NotUsable(String sentence) {
            super(sentence);
        }
    }

    /** It is not there; what was written to it may well be, once it is. */
    public static final class NotMounted extends NotUsable {
        private static final long serialVersionUID = 1L;

        NotMounted(String sentence) {
            super(sentence);
        }
    }

    /** What was to be written is not what its digest says. */
    public static final class OtherBytes extends IOException {
        private static final long serialVersionUID = 1L;

        OtherBytes(String sentence) {
            super(sentence);
        }
    }

    /**
     * Whether a file of a package's name and size is there. It is not read: those who do verify it,
     * where it is near to them.
     */
    public boolean holds(PackagePin pin) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NotMounted("there is no folder %s here any more".formatted(root));
        }
        return sizeOf(place(pin)).equals(OptionalLong.of(pin.size()));
    }

    /**
     * Those of which a file of their name and size is there.
     *
     * @param heard run whenever the file system has told of another one
     */
    public List<PackagePin> holding(List<PackagePin> pins, Runnable heard) throws IOException {
        List<PackagePin> held = new ArrayList<>();
        for (PackagePin pin : pins) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("called off");
            }
            if (holds(pin)) {
                held.add(pin);
            }
            heard.run();
        }
        return held;
    }

    /**
     * How many bytes lie in a place, if a file does. It is opened: a client of NFS may answer for a
     * minute from what it remembers what a file is, but not whether one can be opened.
     */
    private static OptionalLong sizeOf(Path place) throws IOException {
        try {
            var seen = Files.readAttributes(place, BasicFileAttributes.class, NOFOLLOW_LINKS);
            if (!seen.isRegularFile()) {
                return OptionalLong.empty();
            }
            try (var opened = FileChannel.open(place, READ, NOFOLLOW_LINKS)) {
                return OptionalLong.of(opened.size());
            } catch (AccessDeniedException notForUs) {
                return OptionalLong.of(seen.size());
            }
        } catch (NoSuchFileException absent) {
            return OptionalLong.empty();
        }
    }

    /**
     * Whether a package's place has its bytes.
     *
     * @param heard told of bytes as they are read
     */
    public boolean isIntact(PackagePin pin, LongConsumer heard) throws IOException {
        var hasher = Sha512.hasher();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (FileChannel from = FileChannel.open(place(pin), READ, NOFOLLOW_LINKS)) {
            while (from.read(buffer) >= 0) {
                heard.accept(buffer.position());
                hasher.update(buffer.flip());
                buffer.clear();
            }
        }
        return Sha512.finish(hasher).equals(pin.sha512());
    }

    /** How full the disk behind it is. */
    public DiskRoom room() throws IOException {
        FileStore disk = Files.getFileStore(root);
        return new DiskRoom(disk.getUsableSpace(), disk.getTotalSpace());
    }

    /** How many bytes more a package needs than the disk has room for; 0 if it fits. */
    public long missing(PackagePin pin) throws IOException {
        long begun = new IncomingPackage(root, pin).left();
        DiskRoom room = room();
        // Some file systems do not tell how large they are. What was begun is written over.
        return room.total() == 0 ? 0 : Math.max(0, pin.size() - begun - room.usable());
    }

    /**
     * All that lies there under a digest.
     *
     * @param heard run as often as the file system has named another file
     */
    public List<Sha512> held(Runnable heard) throws IOException {
        List<Sha512> held = new ArrayList<>();
        try (var files = Files.newDirectoryStream(mounted())) {
            for (Path file : files) {
                if (Thread.currentThread().isInterrupted()) {
                    // Who stays on keeps others from the mount.
                    throw new InterruptedIOException("called off");
                }
                heard.run();
                // By its name alone: to ask for each file what it is would take long over a
                // network.
                if (Sha512.isHex(name(file))) {
                    held.add(new Sha512(name(file)));
                }
            }
            return held;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** Whether a file lies in a package's place. */
    public boolean has(Sha512 sha512) throws IOException {
        return sizeOf(mounted().resolve(sha512.value())).isPresent();
    }

    /**
     * Where packages lie; a mount point without its file system has no such folder. A link would
     * let whoever writes here choose what is removed.
     */
    Path mounted() throws NotMounted {
        Path blobs = root.resolve(FolderAddress.BLOBS);
        if (!Files.isDirectory(blobs, NOFOLLOW_LINKS)) {
            throw new NotMounted(
                    "there is no folder %s of packages: is it mounted?".formatted(blobs));
        }
        return blobs;
    }

    /** What is being removed from it. */
    public GoingPackages going() {
        return new GoingPackages(this, root);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    /** How many bytes an interrupted write has left, behind which {@link #put} goes on. */
    public long begun(PackagePin pin) throws IOException {
        return new IncomingPackage(root, pin).surely();
    }

    private Path place(PackagePin pin) {
        return root.resolve(FolderAddress.blob(pin.sha512()));
    }

    /** Writes a package out of {@code blobs}. */
    public Put put(BlobStore blobs, PackagePin pin, Written written)
            throws IOException, InterruptedException {
        return new IncomingPackage(root, pin).put(blobs, written);
    }

    /** A folder of ours, which is no link to somewhere else. */
    static Path own(Path folder) throws IOException {
        if (!Files.exists(folder, NOFOLLOW_LINKS)) {
            // Of two that make it at once, both have it.
            Files.createDirectories(folder);
            readable(folder, "rwxr-xr-x");
        }
        if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
            throw new NotUsable(folder + " is no folder: remove what lies there");
        }
        return folder;
    }

    /** Tentacles are other users on other machines. */
    static void readable(Path path, String mode) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        }
    }
}
