package stagecoach.packages.app.budget;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.app.budget.Attendance.Round;
import stagecoach.packages.app.budget.PlaceTable.Others;
import stagecoach.packages.budget.FairShare.Transfer;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Lets packages set out for caches, and from feeds outside, so many at once as the budgets say, who
 * wants them by turns. Places are rows, so that budgets hold over all processes; one thread gives
 * those of this one, and keeps them.
 */
@Singleton
public class Places {
    /** A budget that has changed, or a place that another process gave up, is seen by then. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    /** By then every other process has looked for a place twice. */
    private static final Duration OTHERS_LOOK = LOOK_EVERY.multipliedBy(2);

    private static final Duration RENEW_EVERY = Duration.ofSeconds(5);

    /** In less, packages would be read again more than they are brought. */
    private static final Duration TURN_MIN = Duration.ofSeconds(1);

    private final UnitOfWork unitOfWork;
    private final Budgets budgets;
    private final PlaceTable table;
    private final int perCacheMax;
    private final Duration turn;
    private final String process = UUID.randomUUID().toString();
    private final Map<String, Integer> max = new ConcurrentHashMap<>();
    private final Semaphore bell = new Semaphore(0);
    private final Thread doorman;

    private final Attendance attendance = new Attendance(this::max, OTHERS_LOOK);

    private volatile boolean closed;

    /**
     * @param perCacheMax into a cache of which nothing else was said
     * @param turn how long a large package keeps its place, once its bytes come, before it gives
     *     way to small ones that have waited for a third of that
     * @throws IllegalArgumentException with a sentence, if that is too short
     */
    Places(
            UnitOfWork unitOfWork,
            Budgets budgets,
            PlaceTable table,
            @ConfigProperty(name = "stagecoach.budget.per-cache-max", defaultValue = "4")
                    int perCacheMax,
            @ConfigProperty(name = "stagecoach.budget.turn", defaultValue = "PT30S")
                    Duration turn) {
        if (turn.compareTo(TURN_MIN) < 0) {
            throw new IllegalArgumentException(
                    "stagecoach.budget.turn is %s, which is too short. Write one second (PT1S) or longer, or leave it out: then it is half a minute."
                            .formatted(turn));
        }
        this.unitOfWork = unitOfWork;
        this.budgets = budgets;
        this.table = table;
        this.perCacheMax = perCacheMax;
        this.turn = turn;
        doorman = Thread.ofVirtual().name("places").start(this::keepTheDoor);
    }

    /**
     * Waits for a place; empty if nobody wants it any more.
     *
     * @param waiting the deployments that want it, the first of them first
     */
    public Optional<Place> enter(
            CacheId cache, PackagePin pin, List<DeploymentId> waiting, BooleanSupplier abandoned)
            throws InterruptedException {
        Optional<DeploymentId> only =
                waiting.size() == 1 ? Optional.of(waiting.getFirst()) : Optional.empty();
        var place = new Place(this, turn, () -> budgets.of(cache, only));
        return enter(
                place,
                // Several processes have it brought, and it comes once.
                "%s into %s".formatted(pin.sha512(), cache),
                waiting.stream().map(DeploymentId::value).findFirst().orElse(""),
                pin.size(),
                abandoned);
    }

    /**
     * Waits for a place on the way from a feed outside.
     *
     * @param party who shares it with others by turns
     */
    public Place enter(FeedId feed, String party) throws InterruptedException {
        var place = new Place(this, turn, () -> budgets.of(feed));
        // How large it is nobody knows yet; none of them is kept out for being large.
        return enter(place, place.id, party, 0, () -> false).orElseThrow();
    }

    private Optional<Place> enter(
            Place place, String what, String party, long bytes, BooleanSupplier abandoned)
            throws InterruptedException {
        attendance.join(new Transfer<>(place, what, party, bytes, look(place.counting())));
        bell.release();
        return isInAtLast(place, () -> {}, abandoned) ? Optional.of(place) : Optional.empty();
    }

    private boolean isInAtLast(Place place, Runnable meanwhile, BooleanSupplier abandoned)
            throws InterruptedException {
        boolean entered = false;
        try {
            while (!entered && !abandoned.getAsBoolean()) {
                entered = place.isIn(LOOK_EVERY);
                if (!entered) {
                    look(place.counting());
                    meanwhile.run();
                }
            }
            return entered;
        } finally {
            if (!entered) {
                leave(place);
            }
        }
    }

    /**
     * It is out of its place at once, and in it again at the end; if it keeps nobody out any more,
     * it stays there. False if nobody wants it.
     */
    boolean leaveForAWhile(Place place, BooleanSupplier abandoned) throws InterruptedException {
        if (!attendance.giveWay(place)) {
            return true;
        }
        bell.release();
        return isInAtLast(
                place,
                () -> {
                    if (place.isAwayForLong()) {
                        attendance.owe(place);
                    }
                },
                abandoned);
    }

    /** Whether others have waited long that find no other place. */
    boolean isWanted(Place place) {
        return attendance.isWanted(place);
    }

    private Optional<Integer> max(String budget) {
        return Optional.ofNullable(max.get(budget));
    }

    /** The names of all that count it, with what they allow now. */
    private Set<String> look(List<Budgets.Named> now) {
        for (Budgets.Named named : now) {
            Optional<Integer> most =
                    named.budget()
                            .transfersMax()
                            .or(
                                    () ->
                                            named.ofCache()
                                                    ? Optional.of(perCacheMax)
                                                    : Optional.empty());
            Optional<Integer> before =
                    Optional.ofNullable(
                            most.isPresent()
                                    ? max.put(named.name(), most.get())
                                    : max.remove(named.name()));
            if (!before.equals(most)) {
                bell.release();
            }
        }
        return now.stream().map(Budgets.Named::name).collect(Collectors.toSet());
    }

    void leave(Place place) {
        attendance.leave(place);
        bell.release();
    }

    private void keepTheDoor() {
        long renewedAt = System.nanoTime();
        try {
            while (!closed) {
                boolean _ = bell.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                bell.drainPermits();
                // First, and by itself: whoever waits for his turn must not lose what he has.
                if (System.nanoTime() - renewedAt > RENEW_EVERY.toNanos() && done(this::renew)) {
                    renewedAt = System.nanoTime();
                }
                boolean _ = done(this::letIn);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean done(Runnable work) {
        try {
            work.run();
            return true;
        } catch (TemporaryFailure away) {
            Log.debugf("no places are given while the database is away cause=%s", away);
        } catch (RuntimeException e) {
            Log.error("Places for transfers could not be given; it is tried again.", e);
        }
        return false;
    }

    private void letIn() {
        List<Place> left = attendance.left();
        // Without a question to the database where the others do not matter.
        if (left.isEmpty() && attendance.next(_ -> true, List.of()).isEmpty()) {
            return;
        }
        attendance.settle(unitOfWork.run(tx -> round(tx, left)));
    }

    private Round round(Tx tx, List<Place> left) {
        table.takeTurn(tx);
        table.remove(tx, left.stream().map(place -> place.id).toList());
        List<Transfer<Place>> alone = attendance.next(_ -> true, List.of());
        if (alone.isEmpty()) {
            return new Round(List.of(), List.of(), left);
        }
        List<Others> others = table.others(tx, process);
        List<Transfer<Place>> in = admissible(others);
        in.forEach(transfer -> table.put(tx, process, transfer.id().id, transfer, true));
        List<Transfer<Place>> out =
                alone.stream()
                        .filter(
                                transfer ->
                                        !in.contains(transfer)
                                                && !attendance.isAnnounced(transfer.id()))
                        .toList();
        out.forEach(transfer -> table.put(tx, process, transfer.id().id, transfer, false));
        return new Round(in, out, left);
    }

    /** Whoever is kept out by other processes goes before what these would let in next. */
    private List<Transfer<Place>> admissible(List<Others> others) {
        var there =
                others.stream()
                        .filter(Others::inside)
                        .<Transfer<?>>map(Others::transfer)
                        .collect(Collectors.toCollection(ArrayList::new));
        var in = new ArrayList<>(attendance.next(attendance::goesFirst, there));
        there.addAll(in);
        others.stream().filter(other -> !other.inside()).map(Others::transfer).forEach(there::add);
        in.addAll(attendance.next(place -> !attendance.goesFirst(place), there));
        return in;
    }

    private void renew() {
        Map<Transfer<Place>, Boolean> rows = attendance.known();
        if (!rows.isEmpty()) {
            unitOfWork.execute(
                    tx ->
                            rows.forEach(
                                    (transfer, inside) ->
                                            table.put(
                                                    tx,
                                                    process,
                                                    transfer.id().id,
                                                    transfer,
                                                    inside)));
        }
    }

    /** Ends as a process does that is killed: what it had stays written down. */
    void halt() throws InterruptedException {
        closed = true;
        bell.release();
        doorman.join();
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        halt();
        try {
            unitOfWork.execute(tx -> table.removeAll(tx, process));
        } catch (TemporaryFailure away) {
            Log.debugf("its places are free after a while cause=%s", away);
        }
    }
}
