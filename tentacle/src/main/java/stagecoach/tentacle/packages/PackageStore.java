package stagecoach.tentacle.packages;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import stagecoach.tentacle.home.Home;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The packages that this machine holds, each in a file that is called by its SHA-512. A file has
 * that name only after its bytes were on disk and verified, if possible as they came; at every use
 * they are read and verified again.
 */
public final class PackageStore {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path folder;
    private final Path partials;
    private final ConcurrentHashMap<Sha512, ReentrantLock> locks = new ConcurrentHashMap<>();

    private PackageStore(Path folder) {
        this.folder = folder;
        this.partials = folder.resolve(".partial");
    }

    /** The store in a tentacle's home. */
    public static PackageStore open(Home home) throws IOException {
        PackageStore store = new PackageStore(home.packages());
        PrivateFiles.createFolder(store.partials);
        return store;
    }

    /** What the store has under a digest. */
    public sealed interface Held {
        /** The package, verified just now. */
        record Verified(Path file) implements Held {}

        /** Nothing. */
        record Absent() implements Held {}

        /**
         * A file that was not what its name says; it is gone.
         *
         * @param actual what it was
         */
        record Purged(String actual) implements Held {}
    }

    /** Looks for a package and reads all of it. */
    public Held find(PackagePin pin) throws IOException {
        Path file = folder.resolve(pin.sha512().value());
        if (!Files.exists(file)) {
            return new Held.Absent();
        }
        long size = Files.size(file);
        Optional<String> wrong = wrongness(size, sha512(file, size), pin);
        if (wrong.isEmpty()) {
            return new Held.Verified(file);
        }
        Files.deleteIfExists(file);
        return new Held.Purged(wrong.get());
    }

    /** Lets one at a time bring a digest. */
    ReentrantLock lock(Sha512 sha512) {
        return locks.computeIfAbsent(sha512, _ -> new ReentrantLock());
    }

    /** How many bytes an interrupted fetch has left. */
    long partialBytes(PackagePin pin) throws IOException {
        Path partial = partial(pin);
        return Files.exists(partial) ? Files.size(partial) : 0;
    }

    /** Opens what an interrupted fetch has left, or begins. */
    FileChannel openPartial(PackagePin pin) throws IOException {
        return FileChannel.open(
                partial(pin),
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE),
                PrivateFiles.fileMode(partials.getFileSystem()));
    }

    /** Forgets what a fetch has brought. */
    void dropPartial(PackagePin pin) throws IOException {
        Files.deleteIfExists(partial(pin));
    }

    /**
     * Makes a complete partial file a held package, if it is what the pin says; else it is gone.
     *
     * @param along the digest that ran along with its bytes; if it does not know all of them, the
     *     file is read again
     * @return what is wrong with it, in words, if something is
     */
    Optional<String> keep(PackagePin pin, RunningDigest along) throws IOException {
        Path partial = partial(pin);
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        long size = Files.size(partial);
        Optional<Sha512> known = along.of(size);
        Sha512 actual = known.isPresent() ? known.get() : sha512(partial, size);
        Optional<String> wrong = wrongness(size, actual, pin);
        if (wrong.isPresent()) {
            Files.deleteIfExists(partial);
            return wrong;
        }
        Files.move(
                partial,
                folder.resolve(pin.sha512().value()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        PrivateFiles.syncFolder(folder);
        return Optional.empty();
    }

    private Path partial(PackagePin pin) {
        return partials.resolve(pin.sha512().value());
    }

    private static Optional<String> wrongness(long size, Sha512 actual, PackagePin pin) {
        if (size != pin.size()) {
            return Optional.of("%d bytes instead of %d".formatted(size, pin.size()));
        }
        return actual.equals(pin.sha512())
                ? Optional.empty()
                : Optional.of(
                        "bytes with the SHA-512 %s…".formatted(actual.value().substring(0, 16)));
    }

    private static Sha512 sha512(Path file, long size) throws IOException {
        MessageDigest hasher = BulkCrypto.hasher(size);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                hasher.update(buffer, 0, count);
            }
        }
        return Sha512.finish(hasher);
    }
}
