package stagecoach.packages.app.replication;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.catalog.Doubt;
import stagecoach.packages.app.mount.SharedFolder;
import stagecoach.packages.app.replication.FillOutcome.Abandoned;
import stagecoach.packages.app.replication.FillOutcome.Filled;
import stagecoach.packages.app.replication.FillOutcome.NotFilled;
import stagecoach.packages.app.transfer.FillClaims;
import stagecoach.packages.app.transfer.FillClaims.Claim;
import stagecoach.packages.app.transfer.FillClaims.Standing;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * Brings packages into caches that do not pull, with bounded tries and pauses with jitter. Called
 * on virtual threads.
 */
@Singleton
class Pushes {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final FolderPush folders;
    private final NuGetPush servers;
    private final FillClaims claims;
    private final DownCaches downs;
    private final Replicator.Room room;
    private final ReplicationConfig config;

    Pushes(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            FolderPush folders,
            NuGetPush servers,
            FillClaims claims,
            DownCaches downs,
            Replicator.Room room,
            ReplicationConfig config) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.folders = folders;
        this.servers = servers;
        this.claims = claims;
        this.downs = downs;
        this.room = room;
        this.config = config;
    }

    /** How a cache is configured now, and whether somebody got other bytes from it. */
    private record Now(CacheRow row, CacheCredentials credentials, Doubt doubt) {}

    /** How many bytes had to be moved, and how many were there from an earlier try. */
    private record Pushed(long bytes, long bytesResumed) {}

    /** Somebody waits as long as the claim is ours, too. */
    private record Claimed(FillWatch watch, Claim claim) implements FillWatch {
        @Override
        public void progress(long bytes) {
            watch.progress(bytes);
        }

        @Override
        public List<DeploymentId> waiting() {
            return watch.waiting();
        }

        @Override
        public boolean abandoned() {
            return watch.abandoned() || !claim.isOurs();
        }
    }

    /**
     * Brings a package into a cache; returns when it is there, cannot be, or nobody waits. While
     * another process is at it, that one is waited for.
     */
    FillOutcome fill(Fill fill, FillWatch watch) throws InterruptedException {
        try (Claim claim = claims.of(fill.cache(), fill.pin().sha512(), fill.asker())) {
            while (!watch.abandoned()) {
                switch (claim.take()) {
                    case Standing.Ours() -> {
                        return fill(fill, new Claimed(watch, claim));
                    }
                    case Standing.Done(long bytes, long resumed) -> {
                        return new Filled(bytes, resumed, 1);
                    }
                    case Standing.AnOthers() -> Thread.sleep(LOOK_EVERY);
                }
            }
            return new Abandoned();
        }
    }

    private FillOutcome fill(Fill fill, Claimed watch) throws InterruptedException {
        long begunAt = System.nanoTime();
        int roomsMade = 0;
        Duration longest = config.longest(fill.pin().size());
        var course = new NuGetPush.Course();
        for (int tries = 1; !watch.abandoned(); tries++) {
            try {
                Pushed pushed = push(fill, course, watch);
                watch.claim().done(pushed.bytes(), pushed.bytesResumed());
                return new Filled(pushed.bytes(), pushed.bytesResumed(), tries);
            } catch (CacheFailure e) {
                // Others may take the room that was made, but not on and on.
                if (e.bytesMissing() > 0 && roomsMade++ < Replicator.ROOMS_MAX) {
                    Optional<String> why = roomMade(fill, e.bytesMissing());
                    if (why.isPresent()) {
                        return notFilled(fill, e, e.reason() + "; " + why.get());
                    }
                    continue;
                }
                boolean late = System.nanoTime() - begunAt > longest.toNanos();
                // While another may have it, one that is away or wants a long rest is not waited
                // for.
                boolean waitsLong = e.isAway() || e.after().compareTo(config.backoffMax()) > 0;
                boolean again = e.temporary() && (fill.last() || !waitsLong);
                if (!again || tries >= config.fruitlessMax() || late) {
                    return notFilled(fill, e, e.reason());
                }
                Log.infof(
                        "A package is pushed to a cache in another try. cache=%s sha512=%s reason=%s",
                        fill.cache(), fill.pin().sha512(), e.reason());
                Duration own = pause(tries);
                watch.rest(own.compareTo(e.after()) > 0 ? own : e.after());
            }
        }
        return new Abandoned();
    }

    /** Why no room could be made; empty if it was. */
    private Optional<String> roomMade(Fill fill, long bytes) throws InterruptedException {
        Optional<CacheRow> row = unitOfWork.run(tx -> caches.find(tx, fill.cache()));
        return row.isPresent()
                ? room.make(row.get(), bytes)
                : Optional.of("it is no longer configured");
    }

    private FillOutcome notFilled(Fill fill, CacheFailure failure, String reason) {
        if (failure.absent()) {
            unitOfWork.execute(tx -> caches.notHeld(tx, fill.cache(), fill.pin().sha512()));
        }
        return new NotFilled(reason);
    }

    private Pushed push(Fill fill, NuGetPush.Course course, FillWatch watch)
            throws CacheFailure, InterruptedException {
        Now now = now(fill);
        try {
            Pushed pushed = push(fill, now, course, watch);
            downs.answered(now.row().pushUrl);
            return pushed;
        } catch (CacheFailure e) {
            if (e.isAway()) {
                downs.away(now.row().pushUrl);
            }
            throw e;
        }
    }

    private Pushed push(Fill fill, Now now, NuGetPush.Course course, FillWatch watch)
            throws CacheFailure, InterruptedException {
        return switch (now.row().kind()) {
            case FOLDER -> {
                SharedFolder.Put put =
                        folders.push(
                                now.row(),
                                fill.pin(),
                                fill.force() ? Doubt.SURE : now.doubt(),
                                watch);
                yield new Pushed(put.bytes(), put.bytesResumed());
            }
            // What others serve is replaced only if it is wrong, even if all is forced.
            case NUGET ->
                    new Pushed(
                            servers.push(
                                    now.row(),
                                    now.credentials(),
                                    fill.pin(),
                                    now.doubt() == Doubt.SURE,
                                    course,
                                    watch),
                            0);
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
                row, caches.credentials(row), caches.doubt(tx, fill.cache(), fill.pin().sha512()));
    }

    private Duration pause(int tries) {
        long most =
                Math.min(
                        config.backoffMax().toMillis(),
                        config.backoffFirst().toMillis() << Math.min(tries - 1, 10));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }
}
