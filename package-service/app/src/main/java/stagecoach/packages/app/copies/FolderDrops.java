package stagecoach.packages.app.copies;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheKind;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.mount.CacheFolders;
import stagecoach.packages.app.mount.GoingPackages;
import stagecoach.packages.app.mount.GoingPackages.Aside;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.replication.ReplicationConfig;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.rounds.Rounds;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Removes packages from folders, which cannot tell an order from a removal that came late. So each
 * is moved out of its place first, and only then it is asked whether somebody needs it: a
 * deployment that leased it before that has it put back, and one that leases it later looks later,
 * too, and writes it anew. What is left in between is decided at the next start, or within seconds
 * when the folder answers again; by whoever looks after the folder, if this process is gone.
 */
@Singleton
class FolderDrops {
    private static final Duration AGAIN_AFTER = Duration.ofSeconds(15);

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final CopyTable copies;
    private final CacheFolders folders;
    private final Mounts mounts;
    private final ReplicationConfig config;

    /** Folders in which something may lie that is neither deleted nor put back. */
    private final Set<CacheId> undecided = ConcurrentHashMap.newKeySet();

    /** Whether those are known that one who was killed may have left something in. */
    private boolean begun;

    private final Rounds rounds =
            Rounds.atOnce("going-packages", AGAIN_AFTER, this::decideWhatIsLeft);

    FolderDrops(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            CopyTable copies,
            CacheFolders folders,
            Mounts mounts,
            ReplicationConfig config) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.copies = copies;
        this.folders = folders;
        this.mounts = mounts;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        rounds.start();
    }

    void stop(@Observes ShutdownEvent event) {
        rounds.stop();
    }

    /** Whether it is gone now; if not, somebody needs it, or has written it anew. */
    boolean drop(CacheRow cache, Sha512 sha512) throws CacheAway, InterruptedException {
        GoingPackages going = goingFrom(cache);
        boolean decided = false;
        try {
            boolean gone =
                    inTime(CacheFolders.rootOf(cache), () -> going.remove(sha512, this::isNeeded));
            decided = true;
            return gone;
        } finally {
            if (!decided) {
                undecided.add(new CacheId(cache.id));
            }
        }
    }

    private void decideWhatIsLeft() {
        if (!begun) {
            unitOfWork.run(caches::all).stream()
                    .filter(row -> row.kind() == CacheKind.FOLDER)
                    .map(row -> new CacheId(row.id))
                    .forEach(undecided::add);
            begun = true;
        }
        for (CacheId cache : Set.copyOf(undecided)) {
            undecided.remove(cache);
            Optional<CacheRow> row = unitOfWork.run(tx -> caches.find(tx, cache));
            if (row.isPresent() && row.get().kind() == CacheKind.FOLDER && !rounds.isStopping()) {
                decideAgain(row.get());
            }
        }
    }

    private void decideAgain(CacheRow cache) {
        boolean decided = false;
        try {
            decide(cache);
            decided = true;
        } catch (CacheAway e) {
            Log.debugf(e, "A folder cannot be looked after. cache=%s", cache.id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!decided) {
                undecided.add(new CacheId(cache.id));
            }
        }
    }

    /** Deletes or puts back what was set aside by one who was killed, or still is about to. */
    void decide(CacheRow cache) throws CacheAway, InterruptedException {
        Path root = CacheFolders.rootOf(cache);
        GoingPackages going = goingFrom(cache);
        List<Aside> left = inTime(root, going::aside);
        for (Aside aside : left) {
            try {
                inTime(
                        root,
                        () -> {
                            going.decide(aside, this::isNeeded);
                            return aside;
                        });
            } catch (CacheAway e) {
                if (e.getCause() instanceof Mounts.Silent) {
                    throw e;
                }
                // It must not keep the others from being looked after.
                Log.warnf("What was set aside stays until the next look: %s", e.getMessage());
            }
        }
    }

    /** Those of some digests that lie in a folder with all their bytes, as far as is known here. */
    Set<Sha512> whole(CacheRow cache, Set<Sha512> digests) throws CacheAway, InterruptedException {
        List<PackagePin> named = unitOfWork.run(tx -> copies.named(tx, digests));
        if (named.isEmpty()) {
            return Set.of();
        }
        SharedFolder folder = looked(cache);
        return answered(
                        CacheFolders.rootOf(cache),
                        () ->
                                mounts.whileHeard(
                                        CacheFolders.rootOf(cache),
                                        config.silenceMax(),
                                        heard -> folder.holding(named, heard)))
                .stream()
                .map(PackagePin::sha512)
                .collect(Collectors.toSet());
    }

    private boolean isNeeded(Sha512 sha512) {
        return unitOfWork.run(tx -> copies.needed(tx, sha512));
    }

    private GoingPackages goingFrom(CacheRow cache) throws CacheAway, InterruptedException {
        return looked(cache).going();
    }

    private SharedFolder looked(CacheRow cache) throws CacheAway, InterruptedException {
        return answered(
                CacheFolders.rootOf(cache), () -> folders.looked(cache, config.silenceMax()));
    }

    private <T> T inTime(Path root, Callable<T> work) throws CacheAway, InterruptedException {
        return answered(root, () -> mounts.within(root, config.silenceMax(), work));
    }

    /** Work at a mount, which may not answer. */
    @FunctionalInterface
    private interface AtMount<T> {
        T done() throws IOException, ExecutionException, Mounts.Silent, InterruptedException;
    }

    private static <T> T answered(Path root, AtMount<T> work)
            throws CacheAway, InterruptedException {
        try {
            return work.done();
        } catch (Mounts.Silent e) {
            throw new CacheAway(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw unusable(root, e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw unusable(root, failed);
                case RuntimeException failed -> throw failed;
                case null, default ->
                        throw new IllegalStateException("a folder could not be looked after", e);
            }
        }
    }

    private static CacheAway unusable(Path root, IOException failed) {
        return new CacheAway(
                "the folder %s cannot be looked after: %s".formatted(root, failed.getMessage()),
                failed);
    }
}
