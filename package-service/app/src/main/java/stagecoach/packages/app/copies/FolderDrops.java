package stagecoach.packages.app.copies;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.mount.Mounts;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.app.mount.SharedFolder.Aside;
import stagecoach.packages.app.replication.CacheContents.CacheAway;
import stagecoach.packages.app.replication.ReplicationConfig;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Removes packages from folders, which cannot tell an order from a removal that came late. So each
 * is moved out of its place first, and only then it is asked whether somebody needs it: a
 * deployment that leased it before that has it put back, and one that leases it later looks later,
 * too, and writes it anew. Whoever is killed in between leaves it to {@link #decide}.
 */
@Singleton
class FolderDrops {
    private final UnitOfWork unitOfWork;
    private final CopyTable copies;
    private final Mounts mounts;
    private final ReplicationConfig config;

    FolderDrops(UnitOfWork unitOfWork, CopyTable copies, Mounts mounts, ReplicationConfig config) {
        this.unitOfWork = unitOfWork;
        this.copies = copies;
        this.mounts = mounts;
        this.config = config;
    }

    /** Whether it is gone now; if not, somebody needs it, or has written it anew. */
    boolean drop(CacheRow cache, Sha512 sha512) throws CacheAway, InterruptedException {
        Path root = rootOf(cache);
        var folder = new SharedFolder(root);
        Optional<Aside> aside = inTime(root, () -> folder.setAside(sha512));
        if (aside.isPresent()) {
            decide(root, folder, aside.get());
        }
        return !inTime(root, () -> folder.has(sha512));
    }

    /** Deletes or puts back what was set aside by one who was killed, or still is about to. */
    void decide(CacheRow cache) throws CacheAway, InterruptedException {
        Path root = rootOf(cache);
        var folder = new SharedFolder(root);
        for (Aside aside : inTime(root, folder::aside)) {
            try {
                decide(root, folder, aside);
            } catch (CacheAway e) {
                if (e.getCause() instanceof Mounts.Silent) {
                    throw e;
                }
                // It must not keep the others from being looked after.
                Log.warnf("What was set aside stays until the next look: %s", e.getMessage());
            }
        }
    }

    private void decide(Path root, SharedFolder folder, Aside aside)
            throws CacheAway, InterruptedException {
        boolean needed = unitOfWork.run(tx -> copies.needed(tx, aside.sha512()));
        inTime(
                root,
                () -> {
                    if (needed) {
                        folder.putBack(aside);
                    } else {
                        folder.delete(aside);
                    }
                    return needed;
                });
    }

    private static Path rootOf(CacheRow cache) {
        return Path.of(FolderAddress.path(cache.pushUrl));
    }

    private <T> T inTime(Path root, Callable<T> work) throws CacheAway, InterruptedException {
        try {
            return mounts.within(root, config.silenceMax(), work);
        } catch (Mounts.Silent e) {
            throw new CacheAway(String.valueOf(e.getMessage()), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw new CacheAway(
                        "a package cannot be removed from %s: %s"
                                .formatted(root, failed.getMessage()),
                        failed);
            }
            throw new IllegalStateException("a package could not be removed", e);
        }
    }
}
