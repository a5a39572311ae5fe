package stagecoach.packages.app.mount;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.mount.SharedFolder.NotMounted;
import stagecoach.packages.app.mount.SharedFolder.NotUsable;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.sql.Statements;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.Sha512;

/**
 * The folders of caches, entered only if they are those which the packages were written to: a mount
 * point without its file system looks like a folder that has lost all. Each bears a {@link
 * FolderMark}, of which the table {@code folder_mark} knows. A folder may be the cache of several
 * regions, under one {@code pushUrl}; what others use is refused.
 */
@Singleton
public class CacheFolders {
    /** If none of so many that were used last lies there, it is another folder. */
    private static final int SAMPLE = 32;

    private final UnitOfWork unitOfWork;
    private final Mounts mounts;

    CacheFolders(UnitOfWork unitOfWork, Mounts mounts) {
        this.unitOfWork = unitOfWork;
        this.mounts = mounts;
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

    /** A mark that was given to a folder, and which cache has its place, if one still has. */
    private record Given(String pushUrl, Optional<CacheId> cache) {}

    /**
     * What is known of a place.
     *
     * @param mark that the folder there bears, if one was given
     * @param given all that were, here and elsewhere
     * @param packages some that lie there
     */
    private record Known(Optional<UUID> mark, Map<UUID, Given> given, List<Sha512> packages) {}

    /**
     * What was found there.
     *
     * @param packages whether one of those that are known is there, or none is known
     */
    private record Look(FolderMark.Found found, boolean packages) {}

    private SharedFolder entered(CacheRow cache, Duration most, boolean toWrite)
            throws IOException, Mounts.Silent, InterruptedException {
        Path root = rootOf(cache);
        Known known = unitOfWork.run(tx -> known(tx, cache.pushUrl));
        Look look = within(root, most, () -> look(root, known));
        switch (look.found()) {
            case FolderMark.Found.Of(FolderMark mark) -> {
                if (!known.mark().equals(Optional.of(mark.id()))) {
                    refuseOthers(cache, root, mark, known);
                    refuseUnmounted(root, look);
                    give(cache, mark.id());
                }
            }
            case FolderMark.Found.None() -> {
                refuseUnmounted(root, look);
                if (toWrite || !known.packages().isEmpty()) {
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

    private static Look look(Path root, Known known) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NotMounted(
                    "there is no folder %s here: mount it, or give another pushUrl"
                            .formatted(root));
        }
        FolderMark.Found found = FolderMark.in(root);
        boolean marked =
                found instanceof FolderMark.Found.Of(FolderMark mark)
                        && known.mark().equals(Optional.of(mark.id()));
        return new Look(
                found,
                marked
                        || known.packages().isEmpty()
                        || known.packages().stream()
                                .map(FolderAddress::blob)
                                .anyMatch(
                                        blob ->
                                                Files.isRegularFile(
                                                        root.resolve(blob), NOFOLLOW_LINKS)));
    }

    private static void refuseOthers(CacheRow cache, Path root, FolderMark mark, Known known)
            throws NotUsable {
        Given given = known.given().get(mark.id());
        if (given == null) {
            throw new NotUsable(
                    "the folder %s belongs to the cache \"%s\" of another Stagecoach: give this cache a folder of its own, or, if that Stagecoach is gone, remove %s"
                            .formatted(root, mark.cache(), root.resolve(FolderMark.FILE)));
        }
        if (!given.pushUrl().equals(cache.pushUrl) && given.cache().isPresent()) {
            throw new NotUsable(
                    "the folder %s belongs to the cache \"%s\", whose pushUrl is %s: mount the folder of this cache, or give both the same pushUrl"
                            .formatted(root, given.cache().get(), given.pushUrl()));
        }
    }

    private static void refuseUnmounted(Path root, Look look) throws NotMounted {
        if (!look.packages()) {
            throw new NotMounted(
                    "the folder %s has none of the packages that were written there: is its file system mounted? If it was emptied on purpose, make an empty file %s in it"
                            .formatted(root, FolderMark.FILE));
        }
    }

    /** Given first, so that one which is written is known, whoever is killed in between. */
    private void mark(CacheRow cache, Path root, Duration most)
            throws IOException, Mounts.Silent, InterruptedException {
        var mark = new FolderMark(UUID.randomUUID(), new CacheId(cache.id));
        give(cache, mark.id());
        within(
                root,
                most,
                () -> {
                    mark.write(root);
                    return mark;
                });
    }

    private void give(CacheRow cache, UUID mark) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                INSERT INTO folder_mark (mark, push_url) VALUES (?1, ?2)
                                ON CONFLICT (mark) DO UPDATE SET
                                    push_url = excluded.push_url, given_at = clock_timestamp()""",
                                mark.toString(),
                                cache.pushUrl));
    }

    private static Known known(Statements tx, String pushUrl) {
        var given = new HashMap<UUID, Given>();
        Optional<UUID> newest = Optional.empty();
        for (@Nullable Object[] row :
                tx.rows(
                        """
                        SELECT m.mark, m.push_url, (SELECT min(c.id) FROM cache c
                            WHERE c.push_url = m.push_url AND c.kind = 'FOLDER')
                        FROM folder_mark m ORDER BY m.given_at""")) {
            UUID mark = UUID.fromString(text(row[0]));
            given.put(
                    mark,
                    new Given(
                            text(row[1]), Optional.ofNullable((String) row[2]).map(CacheId::new)));
            if (text(row[1]).equals(pushUrl)) {
                newest = Optional.of(mark);
            }
        }
        List<Sha512> packages =
                tx
                        .rows(
                                """
                                SELECT r.sha512, max(r.used_at) AS used FROM replicated r
                                JOIN cache c ON c.id = r.cache
                                WHERE c.push_url = ?1 AND c.kind = 'FOLDER' AND r.dropping IS NULL
                                GROUP BY r.sha512 ORDER BY used DESC LIMIT ?2""",
                                pushUrl,
                                SAMPLE)
                        .stream()
                        .map(row -> new Sha512(text(row[0])))
                        .toList();
        return new Known(newest, given, packages);
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

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
