package stagecoach.packages.app.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.quarkus.logging.Log;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.mount.MarkTable.Given;
import stagecoach.packages.app.mount.SharedFolder.NotMounted;
import stagecoach.packages.app.mount.SharedFolder.NotUsable;
import stagecoach.packages.server.mount.MountedFile;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The folders of caches, entered only if they are those which the packages were written to: a mount
 * point without its file system looks like a folder that has lost all. Each bears a {@link
 * FolderMark}, of which the {@link MarkTable} knows; one that was never seen to bear one is known
 * by its packages. A folder may be the cache of several regions, under one {@code pushUrl}; what
 * others use is refused.
 */
@Singleton
public class CacheFolders {
    /** If none of so many that were used last lies in a folder without mark, it is another one. */
    private static final int SAMPLE = 32;

    private final MarkTable marks;
    private final Mounts mounts;

    CacheFolders(MarkTable marks, Mounts mounts) {
        this.marks = marks;
        this.mounts = mounts;
    }

    @Produces
    @Singleton
    static Mounts mounts() {
        return new Mounts();
    }

    static void close(@Disposes Mounts mounts) {
        mounts.close();
    }

    /** Where a cache's folder is for this server. */
    public static Path rootOf(CacheRow cache) {
        return Path.of(FolderAddress.path(cache.pushUrl));
    }

    /**
     * A cache's folder, for those who look at what is there.
     *
     * @param most so long it may take
     * @throws NotUsable if it is not that folder
     * @throws Mounts.Silent if it does not answer
     */
    public SharedFolder looked(CacheRow cache, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        return entered(cache, most, false);
    }

    /** The same for those who write there; from then on it is known by its mark. */
    public SharedFolder owned(CacheRow cache, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        return entered(cache, most, true);
    }

    /** A package that lies in a cache's folder, to be read; empty if it does not. */
    public Optional<MountedFile> open(CacheRow cache, Sha512 sha512, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        looked(cache, most);
        Path root = rootOf(cache);
        try {
            return MountedFile.open(mounts, root, root.resolve(FolderAddress.blob(sha512)), most);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private SharedFolder entered(CacheRow cache, Duration most, boolean toWrite)
            throws IOException, Mounts.Silent, InterruptedException {
        Path root = rootOf(cache);
        // Before the look: what another one writes meanwhile is not missed.
        Set<UUID> written = marks.writtenAt(cache.pushUrl);
        switch (within(root, most, () -> found(root))) {
            case FolderMark.Found.Of(FolderMark mark) -> {
                if (!written.contains(mark.id())) {
                    recognise(cache, root, mark, most);
                }
            }
            case FolderMark.Found.None() -> {
                if (!written.isEmpty()) {
                    throw new NotMounted(
                            "the folder %s has lost its mark: is its file system mounted? If it was emptied on purpose, or its mark was removed, make an empty file %s in it"
                                    .formatted(root, FolderMark.FILE));
                }
                if (hasOurs(cache, root, most)) {
                    markIfPossible(cache, root, most);
                } else if (toWrite) {
                    mark(cache, root, most);
                }
            }
            case FolderMark.Found.Blank() -> {
                if (toWrite) {
                    mark(cache, root, most);
                }
            }
        }
        return new SharedFolder(root);
    }

    private static FolderMark.Found found(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NotMounted(
                    "there is no folder %s here: mount it, or give another pushUrl"
                            .formatted(root));
        }
        return FolderMark.in(root);
    }

    /** Any mark of this place will do: two servers at once may have given it one each. */
    private void recognise(CacheRow cache, Path root, FolderMark mark, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        Given given =
                marks.given(mark.id())
                        .orElseThrow(
                                () ->
                                        new NotUsable(
                                                "the folder %s belongs to the cache \"%s\" of another Stagecoach: give this cache a folder of its own, or, if that Stagecoach is gone, remove %s"
                                                        .formatted(
                                                                root,
                                                                mark.cache(),
                                                                root.resolve(FolderMark.FILE))));
        if (!given.pushUrl().equals(cache.pushUrl)) {
            if (given.cache().isPresent()) {
                throw new NotUsable(
                        "the folder %s belongs to the cache \"%s\", whose pushUrl is %s: mount the folder of this cache, or give both the same pushUrl"
                                .formatted(root, given.cache().get(), given.pushUrl()));
            }
            var _ = hasOurs(cache, root, most);
        }
        marks.seen(mark.id(), cache.pushUrl);
    }

    /**
     * Whether one of the packages that are known to lie there does; not if none is known.
     *
     * @throws NotMounted if some are known, and none of them lies there
     */
    private boolean hasOurs(CacheRow cache, Path root, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        List<Sha512> known = marks.packages(cache.pushUrl, SAMPLE);
        if (known.isEmpty()) {
            return false;
        }
        if (!within(root, most, () -> hasOne(root, known))) {
            throw new NotMounted(
                    "the folder %s has none of the packages that were written there: is its file system mounted? If it was emptied on purpose, make an empty file %s in it"
                            .formatted(root, FolderMark.FILE));
        }
        return true;
    }

    private static boolean hasOne(Path root, List<Sha512> packages) {
        return packages.stream()
                .map(sha512 -> root.resolve(FolderAddress.blob(sha512)))
                .anyMatch(blob -> Files.isRegularFile(blob, NOFOLLOW_LINKS));
    }

    /** What lies there says as well whose it is. */
    private void markIfPossible(CacheRow cache, Path root, Duration most)
            throws Mounts.Silent, InterruptedException {
        try {
            mark(cache, root, most);
        } catch (IOException e) {
            Log.infof(
                    "A folder cannot be marked yet, and is known by its packages. cache=%s cause=%s",
                    cache.id, e);
        }
    }

    private void mark(CacheRow cache, Path root, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        var mark = new FolderMark(marks.toWrite(cache.pushUrl), new CacheId(cache.id));
        within(
                root,
                most,
                () -> {
                    mark.write(root);
                    return mark;
                });
        marks.seen(mark.id(), cache.pushUrl);
    }

    private <T> T within(Path root, Duration most, Callable<T> work)
            throws IOException, Mounts.Silent, InterruptedException {
        try {
            return mounts.within(root, most, work);
        } catch (ExecutionException e) {
            throw failure(e);
        }
    }

    private static IOException failure(ExecutionException e) {
        if (e.getCause() instanceof IOException failed) {
            return failed;
        }
        throw new IllegalStateException("a cache's folder could not be looked at", e);
    }
}
