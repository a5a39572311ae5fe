package stagecoach.packages.app.replication;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import stagecoach.packages.app.budget.Place;
import stagecoach.packages.app.budget.Places;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheKind;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.catalog.Doubt;
import stagecoach.packages.app.grant.GrantAuthority;
import stagecoach.packages.app.replication.FillOutcome.Abandoned;
import stagecoach.packages.app.replication.FillOutcome.Filled;
import stagecoach.packages.app.replication.FillOutcome.NotFilled;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.budget.FairShare;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;

/**
 * Has caches pull packages and stays with it to the end: with fresh grants, bounded tries and
 * pauses with jitter; what is no server of ours is pushed to. Called on virtual threads.
 */
@Singleton
public class Replicator {
    /** How often room is made for one package. */
    static final int ROOMS_MAX = 3;

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final GrantAuthority grants;
    private final CacheClients clients;
    private final Pushes pushes;
    private final StoreCheck store;
    private final ReplicationConfig config;
    private final Places places;
    private final DownCaches downs;
    private final Room room;

    Replicator(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            GrantAuthority grants,
            CacheClients clients,
            Pushes pushes,
            StoreCheck store,
            Places places,
            DownCaches downs,
            Room room,
            ReplicationConfig config) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.grants = grants;
        this.clients = clients;
        this.pushes = pushes;
        this.store = store;
        this.places = places;
        this.config = config;
        this.downs = downs;
        this.room = room;
    }

    /** Makes room on the disks of caches. */
    public interface Room {
        /**
         * Has a cache drop as much of what nobody needs as is missing.
         *
         * @param bytes how many are to become free
         * @return why that could not be done; empty if it was
         */
        Optional<String> make(CacheRow cache, long bytes) throws InterruptedException;
    }

    /** Brings a package into a cache; returns when it is there, cannot be, or nobody waits. */
    public FillOutcome fill(Fill fill, FillWatch watch) throws InterruptedException {
        if (!fill.last() && isDown(fill.cache())) {
            return new NotFilled("was away a moment ago");
        }
        Optional<Place> entered =
                places.enter(fill.cache(), fill.pin(), watch.waiting(), watch::abandoned);
        if (entered.isEmpty()) {
            return new Abandoned();
        }
        try (Place place = entered.get()) {
            CacheKind kind =
                    unitOfWork
                            .run(tx -> caches.find(tx, fill.cache()))
                            .map(CacheRow::kind)
                            .orElse(CacheKind.STAGECOACH);
            return switch (kind) {
                case STAGECOACH -> new Filling(fill, watch, place).toItsEnd();
                case FOLDER, NUGET -> pushes.fill(fill, watch);
            };
        }
    }

    private boolean isDown(CacheId cache) {
        return unitOfWork
                .run(tx -> caches.find(tx, cache))
                .filter(row -> downs.isDown(row.pushUrl))
                .isPresent();
    }

    /**
     * How a round of a fill ended without the package being there.
     *
     * @param told whether the cache itself said so; one that is away may hold it
     */
    private record Setback(boolean temporary, boolean told, String reason) {}

    /** One fill, which may take several rounds. */
    private final class Filling {
        private final Fill fill;
        private final FillWatch watch;
        private final Place place;
        private final Duration longest;

        /** Later by all the time in which it had given way. */
        private long begunAt = System.nanoTime();

        private long bytesBefore;
        private int attemptsBefore;
        private int fruitless;
        private int roomsMade;
        private long bytesHere = -1;

        /** Whether it was stopped in this round so that others may have its place. */
        private boolean givesWay;

        /** The last that the cache said in this round. */
        private Optional<PullStatus> last = Optional.empty();

        Filling(Fill fill, FillWatch watch, Place place) {
            this.fill = fill;
            this.watch = watch;
            this.place = place;
            this.longest = config.longest(fill.pin().size());
        }

        FillOutcome toItsEnd() throws InterruptedException {
            while (!watch.abandoned()) {
                Setback setback;
                long before = bytesHere;
                try {
                    last = Optional.empty();
                    PullStatus status = round();
                    if (status.state() == PullStatus.State.HELD) {
                        return filled(status);
                    }
                    // Where several processes bring it, each of them may have stopped it.
                    if (isStopped(status) && (givesWay || mayGiveWay(status))) {
                        if (!hasPlaceAgain()) {
                            return new Abandoned();
                        }
                        continue;
                    }
                    setback = setback(status);
                } catch (CacheFailure e) {
                    // While another may have it, one that is away is not waited for.
                    setback =
                            new Setback(
                                    e.temporary() && (fill.last() || !e.isAway()),
                                    false,
                                    e.reason());
                }
                countRound();
                fruitless = bytesHere > before ? 0 : fruitless + 1;
                if (!setback.temporary() || fruitless >= config.fruitlessMax() || isLate()) {
                    if (setback.told() && !fill.force()) {
                        unitOfWork.execute(
                                tx -> caches.notHeld(tx, fill.cache(), fill.pin().sha512()));
                    }
                    return new NotFilled(setback.reason());
                }
                Log.infof(
                        "A package is brought to a cache in another try. cache=%s sha512=%s reason=%s",
                        fill.cache(), fill.pin().sha512(), setback.reason());
                Thread.sleep(pause());
            }
            return new Abandoned();
        }

        private void countRound() {
            bytesBefore += last.map(PullStatus::bytes).orElse(0L);
            attemptsBefore += Math.max(1, last.map(PullStatus::tries).orElse(0));
        }

        private static boolean isStopped(PullStatus status) {
            return status.failure()
                    .filter(failure -> failure.kind() == PullStatus.Failure.Kind.TEMPORARY)
                    .isPresent();
        }

        /** Not near its end: going on costs something, and small ones do not wait for long. */
        private boolean mayGiveWay(PullStatus status) {
            return fill.pin().size() - status.bytesHere() >= FairShare.LARGE_BYTES
                    && place.isWanted();
        }

        /**
         * Before the first new byte a cache reads again what it has, and tells nothing meanwhile.
         */
        private Duration stallMax(PullStatus status) {
            return status.bytesHere() == status.bytesResumed()
                    ? config.stallWithin(status.bytesHere())
                    : config.stallMax();
        }

        /** What came stays in the cache, and the next round goes on behind it. */
        private boolean hasPlaceAgain() throws InterruptedException {
            countRound();
            fruitless = 0;
            Log.infof(
                    "A large package gives way to small ones for a while. cache=%s sha512=%s bytes=%d",
                    fill.cache(), fill.pin().sha512(), bytesHere);
            long since = System.nanoTime();
            boolean again = place.giveWay(watch::abandoned);
            begunAt += System.nanoTime() - since;
            return again;
        }

        /** Orders the pull and follows it; the last status is an end. */
        private PullStatus round() throws CacheFailure, InterruptedException {
            givesWay = false;
            CacheRow row = configured();
            StagecoachCache cache = clients.of(row, !fill.last());
            Duration news = config.newsWithin();
            PullStatus status = ordered(cache, row, news);
            long heardAt = System.nanoTime();
            while (!seen(status).ended()) {
                if (watch.abandoned()) {
                    cache.stop(fill.pin().sha512());
                    throw new CacheFailure(true, "nobody waits for it any more", null);
                }
                if (System.nanoTime() - heardAt > stallMax(status).toNanos() || isLate()) {
                    cache.stop(fill.pin().sha512());
                    throw new CacheFailure(true, "the transfer does not get on", null);
                }
                if (!givesWay && mayGiveWay(status)) {
                    givesWay = true;
                    cache.stop(fill.pin().sha512());
                }
                long here = status.bytesHere();
                status =
                        cache.status(fill.pin().sha512(), news)
                                .orElseThrow(() -> new CacheFailure(true, "was restarted", null));
                if (status.bytesHere() != here) {
                    heardAt = System.nanoTime();
                }
            }
            return status;
        }

        private PullStatus ordered(StagecoachCache cache, CacheRow row, Duration news)
                throws CacheFailure, InterruptedException {
            try {
                PullStatus status = cache.order(order(row), news);
                downs.answered(row.pushUrl);
                return status;
            } catch (CacheFailure e) {
                if (e.isAway()) {
                    downs.away(row.pushUrl);
                }
                throw e;
            }
        }

        private PullStatus seen(PullStatus status) {
            last = Optional.of(status);
            if (status.bytes() > 0) {
                place.moves();
            }
            if (status.bytesHere() > bytesHere) {
                bytesHere = status.bytesHere();
                watch.progress(bytesHere);
            }
            return status;
        }

        private CacheRow configured() throws CacheFailure {
            return unitOfWork
                    .run(tx -> caches.find(tx, fill.cache()))
                    .orElseThrow(() -> new CacheFailure(false, "is no longer configured", null));
        }

        private PullOrder order(CacheRow row) {
            return new PullOrder(
                    fill.pin(),
                    URI.create(row.pullUrl + path()),
                    grants.forCache(fill.pin().sha512(), fill.cache()),
                    fill.asker(),
                    fill.force(),
                    isSuspect());
        }

        private String path() {
            String path = CacheProtocol.centralPath(fill.cache(), fill.pin().sha512());
            return watch.alone()
                    .map(id -> "%s?%s=%s".formatted(path, CacheProtocol.DEPLOYMENT, id))
                    .orElse(path);
        }

        /** Whoever told so: a cache of ours reads again itself. */
        private boolean isSuspect() {
            return unitOfWork.run(tx -> caches.doubt(tx, fill.cache(), fill.pin().sha512()))
                    != Doubt.NONE;
        }

        private Setback setback(PullStatus status) throws CacheFailure, InterruptedException {
            PullStatus.Failure failure = status.failure().orElseThrow();
            return switch (failure.kind()) {
                case TEMPORARY -> new Setback(true, true, failure.reason());
                // Its grant may have run out in a long transfer; a fresh one was worth nothing.
                case REFUSED ->
                        new Setback(
                                elapsed().compareTo(grants.valid()) > 0 && fruitless == 0,
                                true,
                                failure.reason());
                case WRONG_BYTES -> {
                    store.doubt(fill.pin().sha512());
                    yield new Setback(false, true, failure.reason());
                }
                case NO_ROOM -> noRoom(failure);
                case PERMANENT -> new Setback(false, true, failure.reason());
            };
        }

        /** Others may take the room that was made, but not on and on. */
        private Setback noRoom(PullStatus.Failure failure)
                throws CacheFailure, InterruptedException {
            if (roomsMade == ROOMS_MAX) {
                return new Setback(false, true, failure.reason());
            }
            roomsMade++;
            return room.make(configured(), failure.bytesMissing())
                    .map(why -> new Setback(false, true, failure.reason() + "; " + why))
                    .orElseGet(() -> new Setback(true, true, failure.reason()));
        }

        private Filled filled(PullStatus status) {
            return new Filled(
                    bytesBefore + status.bytes(),
                    status.bytesResumed(),
                    attemptsBefore + Math.max(1, status.tries()));
        }

        private Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - begunAt);
        }

        private boolean isLate() {
            return elapsed().compareTo(longest) > 0;
        }

        private Duration pause() {
            long most =
                    Math.min(
                            config.backoffMax().toMillis(),
                            config.backoffFirst().toMillis() << Math.min(fruitless, 10));
            return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
        }
    }
}
