package stagecoach.packages.app.replication;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.FillOutcome.Abandoned;
import stagecoach.packages.app.replication.FillOutcome.Filled;
import stagecoach.packages.app.replication.FillOutcome.NotFilled;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;

/**
 * Brings packages into caches that do not pull, with bounded tries and pauses with jitter. Called
 * on virtual threads.
 */
@Singleton
class Pushes {
    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final FolderPush folders;
    private final NuGetPush servers;
    private final DownCaches downs;
    private final ReplicationConfig config;

    Pushes(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            FolderPush folders,
            NuGetPush servers,
            DownCaches downs,
            ReplicationConfig config) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.folders = folders;
        this.servers = servers;
        this.downs = downs;
        this.config = config;
    }

    /** How a cache is configured now, and whether somebody got other bytes from it. */
    private record Now(CacheRow row, CacheCredentials credentials, boolean suspect) {}

    /** Brings a package into a cache; returns when it is there, cannot be, or nobody waits. */
    FillOutcome fill(Fill fill, FillWatch watch) throws InterruptedException {
        long begunAt = System.nanoTime();
        for (int tries = 1; !watch.abandoned(); tries++) {
            try {
                return new Filled(push(fill, watch), 0, tries);
            } catch (CacheFailure e) {
                boolean late = System.nanoTime() - begunAt > config.totalMax().toNanos();
                // While another may have it, one that is away is not waited for.
                boolean again = e.temporary() && (fill.last() || !e.isAway());
                if (!again || tries >= config.fruitlessMax() || late) {
                    if (e.absent()) {
                        unitOfWork.execute(
                                tx -> caches.notHeld(tx, fill.cache(), fill.pin().sha512()));
                    }
                    return new NotFilled(e.reason());
                }
                Log.infof(
                        "A package is pushed to a cache in another try. cache=%s sha512=%s reason=%s",
                        fill.cache(), fill.pin().sha512(), e.reason());
                Thread.sleep(pause(tries));
            }
        }
        return new Abandoned();
    }

    private long push(Fill fill, FillWatch watch) throws CacheFailure, InterruptedException {
        Now now = now(fill);
        try {
            long bytes = push(fill, now, watch);
            downs.answered(now.row().pushUrl);
            return bytes;
        } catch (CacheFailure e) {
            if (e.isAway()) {
                downs.away(now.row().pushUrl);
            }
            throw e;
        }
    }

    private long push(Fill fill, Now now, FillWatch watch)
            throws CacheFailure, InterruptedException {
        return switch (now.row().kind()) {
            case FOLDER ->
                    folders.push(now.row(), fill.pin(), fill.force() || now.suspect(), watch);
            case NUGET ->
                    servers.push(now.row(), now.credentials(), fill.pin(), now.suspect(), watch);
            // It was put anew as another kind while we were at it: the next look fills it.
            case STAGECOACH -> throw new CacheFailure(false, "is another cache now", null);
        };
    }

    private Now now(Fill fill) throws CacheFailure {
        return unitOfWork
                .run(tx -> caches.find(tx, fill.cache()).map(row -> now(tx, row, fill)))
                .orElseThrow(() -> new CacheFailure(false, "is no longer configured", null));
    }

    private Now now(Tx tx, CacheRow row, Fill fill) {
        return new Now(
                row,
                caches.credentials(row),
                caches.isSuspect(tx, fill.cache(), fill.pin().sha512()));
    }

    private Duration pause(int tries) {
        long most =
                Math.min(
                        config.backoffMax().toMillis(),
                        config.backoffFirst().toMillis() << Math.min(tries - 1, 10));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }
}
