package stagecoach.packages.server.index;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The index of one process with one disk: a small file per package, read into memory at start, so
 * that there is nothing to repair after a crash. A second process is kept out.
 */
public final class FolderIndex implements PackageIndex, Closeable {

    /** No id begins with a dot, so no package's folder can be called so. */
    private static final String OWNER = ".owner";

    private static final String SUFFIX = ".json";
    private static final String UNFINISHED = ".new";

    private final Path folder;
    private final FileChannel owner;
    private final ReentrantLock writing = new ReentrantLock();
    private final ConcurrentNavigableMap<PackageId, NavigableMap<PackageVersion, PackageEntry>>
            packages = new ConcurrentSkipListMap<>();
    private final List<String> problems = new ArrayList<>();

    private FolderIndex(Path folder, FileChannel owner) {
        this.folder = folder;
        this.owner = owner;
    }

    /**
     * Reads the folder, creating it where needed. What cannot be offered for download is left out
     * and told by {@link #problems()}: adding it again replaces its file.
     *
     * @param held whether the bytes of a digest are there
     * @throws IOException if the folder cannot be used, or another process uses it
     */
    public static FolderIndex open(Path folder, Predicate<Sha512> held) throws IOException {
        Files.createDirectories(folder);
        var owner =
                FileChannel.open(
                        folder.resolve(OWNER), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            own(folder, owner);
            var index = new FolderIndex(folder, owner);
            index.load(held);
            return index;
        } catch (IOException | RuntimeException failed) {
            owner.close();
            throw failed;
        }
    }

    private static void own(Path folder, FileChannel owner) throws IOException {
        try {
            if (owner.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException heldByThisProcess) {
            throw new IOException(inUse(folder), heldByThisProcess);
        }
        throw new IOException(inUse(folder));
    }

    private static String inUse(Path folder) {
        return "The package index in "
                + folder
                + " is in use by another process. End that one, or give this one a folder of its"
                + " own.";
    }

    private void load(Predicate<Sha512> held) throws IOException {
        try (var ids = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (var id : ids) {
                try (var files = Files.newDirectoryStream(id)) {
                    for (var file : files) {
                        load(file, held);
                    }
                }
            }
        }
    }

    private void load(Path file, Predicate<Sha512> held) throws IOException {
        var name = file.getFileName().toString();
        if (name.endsWith(UNFINISHED)) {
            Files.delete(file);
            return;
        }
        if (!name.endsWith(SUFFIX)) {
            return;
        }
        var bytes = Files.readAllBytes(file);
        try {
            var entry = EntryFile.read(bytes);
            if (!file.equals(file(entry.pin().id(), entry.pin().version()))) {
                problems.add(file + " names another package than its path.");
            } else if (!held.test(entry.pin().sha512())) {
                problems.add(file + " names bytes that are not here.");
            } else {
                remember(entry);
            }
        } catch (IOException damaged) {
            problems.add(file + " cannot be read: " + damaged.getMessage());
        }
    }

    /** What the folder holds that could not be offered when it was opened, a sentence each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public AddOutcome add(PackageEntry entry) throws IOException {
        writing.lock();
        try {
            var present = find(entry.pin().id(), entry.pin().version());
            if (present.isPresent()) {
                return sameBytes(present.get().pin(), entry.pin())
                        ? new AddOutcome.SameBytes(present.get())
                        : new AddOutcome.OtherBytes(present.get());
            }
            save(entry);
            remember(entry);
            return new AddOutcome.Added(entry);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public AddOutcome add(PackageEntry entry, Bytes bytes) throws IOException {
        writing.lock();
        try {
            var present = find(entry.pin().id(), entry.pin().version());
            boolean wanted =
                    present.isEmpty()
                            || (sameBytes(present.get().pin(), entry.pin()) && !bytes.held());
            if (wanted) {
                bytes.keep();
            }
            return add(entry);
        } finally {
            writing.unlock();
        }
    }

    private static boolean sameBytes(PackagePin left, PackagePin right) {
        return left.sha512().equals(right.sha512());
    }

    private void save(PackageEntry entry) throws IOException {
        var file = file(entry.pin().id(), entry.pin().version());
        var ofId = folderOf(entry.pin().id());
        if (!Files.isDirectory(ofId)) {
            Files.createDirectory(ofId);
            sync(folder);
        }
        var unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        try (var channel =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(EntryFile.write(entry));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, ATOMIC_MOVE);
        sync(ofId);
    }

    @Override
    public boolean remove(PackageId id, PackageVersion version) throws IOException {
        writing.lock();
        try {
            if (find(id, version).isEmpty()) {
                return false;
            }
            Files.deleteIfExists(file(id, version));
            sync(folderOf(id));
            var versions = packages.get(id);
            if (versions != null) {
                versions.remove(version);
                if (versions.isEmpty()) {
                    packages.remove(id);
                }
            }
            return true;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public boolean list(PackageId id, PackageVersion version, boolean listed) throws IOException {
        writing.lock();
        try {
            var present = find(id, version);
            if (present.isPresent() && present.get().listed() != listed) {
                var changed = present.get().withListed(listed);
                save(changed);
                remember(changed);
            }
            return present.isPresent();
        } finally {
            writing.unlock();
        }
    }

    @Override
    public PackageMatches search(PackageQuery query) {
        var found = found(query);
        return new PackageMatches(
                found.size(), found.stream().skip(query.skip()).limit(query.take()).toList());
    }

    @Override
    public PackageVersions searchVersions(PackageQuery query) {
        return new PackageVersions(0, found(query));
    }

    private List<List<PackageEntry>> found(PackageQuery query) {
        return packages.values().stream()
                .filter(versions -> versions.values().stream().anyMatch(query::finds))
                .map(versions -> versions.values().stream().filter(query::shows).toList())
                // Its last version may be going while we look.
                .filter(versions -> !versions.isEmpty())
                .sorted(Comparator.comparing(FolderIndex::id, query.order()))
                .toList();
    }

    private static PackageId id(List<PackageEntry> versions) {
        return versions.getFirst().pin().id();
    }

    @Override
    public Optional<PackageEntry> find(PackageId id, PackageVersion version) {
        var versions = packages.get(id);
        return versions == null ? Optional.empty() : Optional.ofNullable(versions.get(version));
    }

    @Override
    public List<PackageEntry> versions(PackageId id) {
        var versions = packages.get(id);
        return versions == null ? List.of() : List.copyOf(versions.values());
    }

    @Override
    public List<PackageId> ids() {
        var ids = new ArrayList<PackageId>();
        for (var versions : packages.values()) {
            var newest = versions.lastEntry();
            // Its last version may be going while we look.
            if (newest != null) {
                ids.add(newest.getValue().pin().id());
            }
        }
        return List.copyOf(ids);
    }

    /** Lets another process use the folder. */
    @Override
    public void close() throws IOException {
        owner.close();
    }

    private void remember(PackageEntry entry) {
        packages.computeIfAbsent(entry.pin().id(), _ -> new ConcurrentSkipListMap<>())
                .put(entry.pin().version(), entry);
    }

    private Path folderOf(PackageId id) {
        return folder.resolve(id.lower());
    }

    private Path file(PackageId id, PackageVersion version) {
        return folderOf(id).resolve(version.lower() + SUFFIX);
    }

    private static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
