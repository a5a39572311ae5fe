package stagecoach.packages.server.blob.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.file.PathUtils;
import stagecoach.packages.server.blob.BlobDraft;
import stagecoach.packages.server.blob.DiskRoom;
import stagecoach.packages.server.blob.Pace;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.blob.PartialBlob;
import stagecoach.packages.server.blob.Verification;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Blobs as files of one folder, which several processes may share: {@code blobs/ab/ab…}, beside
 * {@code partial/} (downloads that wait for their rest), {@code drafts/<session>/} (what a process
 * is writing, swept when the next one starts) and {@code damaged/} (what is no longer what it was).
 */
public final class FolderBlobStore implements PackageStore, Closeable {

    private static final int SHARD_DIGITS = 2;
    private static final Pattern NAME =
            Pattern.compile("[0-9a-f]{" + 2 * Sha512.LENGTH_BYTES + "}");

    /** Of a download whose digest is not known; and of what is marked of it. */
    private static final String NAMED = ".named";

    private static final String MARK = ".mark";
    private static final Pattern PARTIAL =
            Pattern.compile("(%s)(%s)?(%s(?:%s)?)?".formatted(NAME, NAMED, MARK, PartialMark.NEXT));

    private final Path blobs;
    private final Path partials;
    private final Path drafts;
    private final Path damaged;
    private final FolderLocks locks;
    private final AtomicLong draftsBegun = new AtomicLong();

    private FolderBlobStore(Path root, FolderLocks locks, UUID session) {
        this.blobs = root.resolve("blobs");
        this.partials = root.resolve("partial");
        this.drafts = root.resolve("drafts").resolve(session.toString());
        this.damaged = root.resolve("damaged");
        this.locks = locks;
    }

    /** Opens the folder, creating it where needed, and removes what a crash left half-written. */
    public static FolderBlobStore open(Path root) throws IOException {
        Files.createDirectories(root);
        var locks = FolderLocks.open(root.resolve("locks"));
        try {
            var session = UUID.randomUUID();
            if (locks.tryLock(lockNumber(session)).isEmpty()) {
                throw new IOException("The lock of a fresh session is held in " + root + ".");
            }
            var store = new FolderBlobStore(root, locks, session);
            store.layOut(root);
            return store;
        } catch (IOException | RuntimeException failed) {
            locks.close();
            throw failed;
        }
    }

    private void layOut(Path root) throws IOException {
        Files.createDirectories(blobs);
        Files.createDirectories(partials);
        Files.createDirectories(drafts);
        Files.createDirectories(damaged);
        // All shards at once: so that no rename ever waits for its folder's own entry to be synced.
        for (var shard : shards().toList()) {
            Files.createDirectories(shard);
        }
        sync(blobs);
        sync(root);
        sweepDrafts(root.resolve("drafts"));
    }

    /** Removes the drafts of processes that are gone: those whose session nobody holds. */
    private void sweepDrafts(Path sessions) throws IOException {
        try (var folders = Files.newDirectoryStream(sessions, "????????-????-????-????-*")) {
            for (var folder : folders) {
                var session = UUID.fromString(folder.getFileName().toString());
                var lock = locks.tryLock(lockNumber(session));
                if (lock.isEmpty()) {
                    continue;
                }
                try (var _ = lock.get()) {
                    // Gone if another process swept it between our look and our lock.
                    if (Files.exists(folder)) {
                        PathUtils.deleteDirectory(folder);
                    }
                }
            }
        }
    }

    @Override
    public boolean has(Sha512 digest) {
        return Files.isRegularFile(file(digest));
    }

    @Override
    public OptionalLong size(Sha512 digest) throws IOException {
        try {
            return OptionalLong.of(Files.size(file(digest)));
        } catch (NoSuchFileException absent) {
            return OptionalLong.empty();
        }
    }

    @Override
    public Optional<SeekableByteChannel> open(Sha512 digest) throws IOException {
        try {
            return Optional.of(FileChannel.open(file(digest), StandardOpenOption.READ));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Path> asFile(Sha512 digest) {
        return Optional.of(file(digest));
    }

    /** Where the content lies if it is here. */
    public Path file(Sha512 digest) {
        return shard(digest).resolve(digest.hex());
    }

    private Path shard(Sha512 digest) {
        return blobs.resolve(digest.hex().substring(0, SHARD_DIGITS));
    }

    @Override
    public BlobDraft draft() throws IOException {
        return FolderDraft.begin(
                this, drafts.resolve(Long.toString(draftsBegun.incrementAndGet())));
    }

    @Override
    public Optional<PartialBlob> partial(Sha512 digest) throws IOException {
        return partial(digest, Optional.of(digest), "");
    }

    @Override
    public Optional<PartialBlob> partial(String name) throws IOException {
        return partial(Sha512.hashOf(name.getBytes(UTF_8)), Optional.empty(), NAMED);
    }

    private Optional<PartialBlob> partial(Sha512 name, Optional<Sha512> digest, String suffix)
            throws IOException {
        var lock = locks.tryLock(lockNumber(name));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path file = partials.resolve(name.hex() + suffix);
            return Optional.of(FolderPartial.takeUp(this, digest, file, lock.get()));
        } catch (IOException | RuntimeException failed) {
            lock.get().release();
            throw failed;
        }
    }

    static Path markOf(Path partial) {
        return partial.resolveSibling(partial.getFileName() + MARK);
    }

    @Override
    public long partialSize(Sha512 digest) throws IOException {
        try {
            return Files.size(partials.resolve(digest.hex()));
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    @Override
    public boolean delete(Sha512 digest) throws IOException {
        return Files.deleteIfExists(file(digest));
    }

    @Override
    public boolean setAside(Sha512 digest) throws IOException {
        try {
            Files.move(file(digest), damaged.resolve(digest.hex()), ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    @Override
    public boolean putBack(Sha512 digest) throws IOException, InterruptedException {
        Path aside = damaged.resolve(digest.hex());
        if (!Files.exists(aside)) {
            return false;
        }
        try (var content = FileChannel.open(aside, StandardOpenOption.READ)) {
            if (Verification.of(content, digest, new Pace(0)) instanceof Verification.Intact) {
                Files.move(aside, file(digest), ATOMIC_MOVE);
                return true;
            }
        }
        Files.deleteIfExists(aside);
        return false;
    }

    @Override
    public void dropAside(Sha512 digest) throws IOException {
        Files.deleteIfExists(damaged.resolve(digest.hex()));
    }

    @Override
    public void markDamaged(Sha512 digest) throws IOException {
        Files.write(damaged.resolve(digest.hex()), new byte[0]);
        Files.deleteIfExists(file(digest));
    }

    @Override
    public List<Sha512> damaged() throws IOException {
        try (var files = Files.list(damaged)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> NAME.matcher(name).matches())
                    .map(Sha512::new)
                    .filter(digest -> !has(digest))
                    .toList();
        }
    }

    @Override
    public Stream<Sha512> list() {
        return shards().flatMap(FolderBlobStore::filesOf)
                .map(path -> path.getFileName().toString())
                .filter(name -> NAME.matcher(name).matches())
                .map(Sha512::new);
    }

    private Stream<Path> shards() {
        return IntStream.range(0, 1 << (4 * SHARD_DIGITS))
                .mapToObj(shard -> HexFormat.of().toHexDigits(shard, SHARD_DIGITS))
                .map(blobs::resolve);
    }

    private static Stream<Path> filesOf(Path shard) {
        try (var files = Files.list(shard)) {
            return files.toList().stream();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public int forgetPartials(Instant before) throws IOException {
        int forgotten = 0;
        try (var files = Files.newDirectoryStream(partials)) {
            for (var file : files) {
                var name = PARTIAL.matcher(file.getFileName().toString());
                if (name.matches()
                        && isOlder(file, before)
                        && forgotten(file, new Sha512(name.group(1)), before)) {
                    forgotten += name.group(3) == null ? 1 : 0;
                }
            }
        }
        return forgotten;
    }

    private boolean forgotten(Path file, Sha512 name, Instant before) throws IOException {
        var lock = locks.tryLock(lockNumber(name));
        if (lock.isEmpty()) {
            return false;
        }
        try (var _ = lock.get()) {
            // Somebody may have gone on with it, and left it again, before we had the lock.
            return isOlder(file, before) && Files.deleteIfExists(file);
        }
    }

    private static boolean isOlder(Path file, Instant before) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(before);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    @Override
    public DiskRoom room() throws IOException {
        var disk = Files.getFileStore(blobs);
        return new DiskRoom(disk.getUsableSpace(), disk.getTotalSpace());
    }

    /** Ends this process's use of the folder; its unfinished drafts are removed. */
    @Override
    public void close() throws IOException {
        try {
            PathUtils.deleteDirectory(drafts);
        } finally {
            locks.close();
        }
    }

    /** Gives a finished, synced file its place; on return it is there whatever happens. */
    void commit(Path finished, Sha512 digest) throws IOException {
        // An older file of that name is replaced, not trusted: it may have rotted.
        Files.move(finished, file(digest), ATOMIC_MOVE);
        sync(shard(digest));
        Files.deleteIfExists(damaged.resolve(digest.hex()));
    }

    static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static long lockNumber(UUID session) {
        return session.getLeastSignificantBits();
    }

    private static long lockNumber(Sha512 digest) {
        return ByteBuffer.wrap(digest.bytes()).getLong();
    }
}
