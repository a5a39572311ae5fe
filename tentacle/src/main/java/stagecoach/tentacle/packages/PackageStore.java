package stagecoach.tentacle.packages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.tentacle.home.Home;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/**
 * The packages that this machine holds, each in a file that is called by its SHA-512. A file has
 * that name only after its bytes were on disk and verified, if possible as they came; at every use
 * they are read and verified again.
 */
public final class PackageStore {
    private static final int BUFFER_BYTES = 1 << 16;

    /** Of more the gateway takes none. */
    private static final int BEGUN_TOLD_MAX = 200;

    private final Path folder;
    private final Path partials;

    /** The name under which each was asked for, for people. */
    private final Path pins;

    private final ConcurrentHashMap<Sha512, ReentrantLock> locks = new ConcurrentHashMap<>();

    private PackageStore(Path folder) {
        this.folder = folder;
        this.partials = folder.resolve(".partial");
        this.pins = folder.resolve(".pins");
    }

    /** The store in a tentacle's home. */
    public static PackageStore open(Home home) throws IOException {
        PackageStore store = new PackageStore(home.packages());
        PrivateFiles.createFolder(store.partials);
        PrivateFiles.createFolder(store.pins);
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
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return new Held.Verified(file);
        }
        Files.deleteIfExists(file);
        return new Held.Purged(wrong.get());
    }

    /** Whether something lies there under this digest; unverified. */
    boolean has(Sha512 sha512) {
        return Files.exists(folder.resolve(sha512.value()));
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
        Files.write(pins.resolve(pin.sha512().value()), StagecoachJson.bytes(pin));
        return Optional.empty();
    }

    /** What a package was asked for as, if that can be read: it is for people only. */
    Optional<PackagePin> known(Sha512 sha512) {
        try {
            return Optional.of(
                    StagecoachJson.read(
                            Files.readAllBytes(pins.resolve(sha512.value())), PackagePin.class));
        } catch (IOException | UncheckedIOException none) {
            return Optional.empty();
        }
    }

    /**
     * A file of the store.
     *
     * @param usedAt when it was last verified for somebody, or came
     */
    record Stored(Sha512 sha512, long size, Instant usedAt) {}

    /** What is held. */
    List<Stored> held() throws IOException {
        return stored(folder);
    }

    /** What interrupted fetches have left, or those that go on have brought. */
    List<Stored> partials() throws IOException {
        return stored(partials);
    }

    /** What interrupted fetches have left, by digest; of very many some. */
    List<BegunPackage> begun() throws IOException {
        return partials().stream()
                .filter(partial -> partial.size() > 0 && !isBeingBrought(partial.sha512()))
                .map(partial -> new BegunPackage(partial.sha512(), partial.size()))
                .sorted(Comparator.comparing(begun -> begun.sha512().value()))
                .limit(BEGUN_TOLD_MAX)
                .toList();
    }

    private boolean isBeingBrought(Sha512 sha512) {
        ReentrantLock lock = locks.get(sha512);
        return lock != null && lock.isLocked();
    }

    private static List<Stored> stored(Path in) throws IOException {
        List<Stored> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(in, "[0-9a-f]*")) {
            for (Path file : files) {
                stored(file, String.valueOf(file.getFileName())).ifPresent(found::add);
            }
        } catch (NoSuchFileException nothing) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static Optional<Stored> stored(Path file, String name) throws IOException {
        if (!Sha512.isHex(name)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Stored(
                            new Sha512(name),
                            Files.size(file),
                            Files.getLastModifiedTime(file).toInstant()));
        } catch (NoSuchFileException goneMeanwhile) {
            return Optional.empty();
        }
    }

    /**
     * Removes what is held, unless somebody brings or has used it since it was looked at.
     *
     * @return whether it is gone by this
     */
    boolean remove(Stored one) throws IOException {
        boolean gone = removed(one, folder.resolve(one.sha512().value()));
        if (gone) {
            Files.deleteIfExists(pins.resolve(one.sha512().value()));
        }
        return gone;
    }

    /** Removes what an interrupted fetch has left, unless somebody has gone on with it. */
    boolean removePartial(Stored one) throws IOException {
        return removed(one, partials.resolve(one.sha512().value()));
    }

    private boolean removed(Stored one, Path file) throws IOException {
        ReentrantLock lock = lock(one.sha512());
        if (!lock.tryLock()) {
            return false;
        }
        try {
            return Files.exists(file)
                    && Files.getLastModifiedTime(file).toInstant().equals(one.usedAt())
                    && Files.deleteIfExists(file);
        } finally {
            lock.unlock();
        }
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
