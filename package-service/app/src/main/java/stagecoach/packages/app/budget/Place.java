package stagecoach.packages.app.budget;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The place of a package that is on its way until it is closed. */
public final class Place implements AutoCloseable {
    /** So many turns are the longest that one waits that gave way. */
    private static final int TURNS_AWAY = 2;

    final String id = UUID.randomUUID().toString();
    private final Places places;
    private final Duration turn;
    private final Supplier<List<Budgets.Named>> counting;
    private volatile long outSince = System.nanoTime();
    private volatile CountDownLatch in = new CountDownLatch(1);

    /** Since when its bytes come, as {@link System#nanoTime} says. */
    private volatile Optional<Long> movesSince = Optional.empty();

    /**
     * @param turn how long a large package keeps it before it gives way to small ones that have
     *     waited for a third of that
     * @param counting the budgets that count it, as they are now
     */
    Place(Places places, Duration turn, Supplier<List<Budgets.Named>> counting) {
        this.places = places;
        this.turn = turn;
        this.counting = counting;
    }

    /** Tells that bytes come: only then a turn begins. */
    public void moves() {
        if (movesSince.isEmpty()) {
            movesSince = Optional.of(System.nanoTime());
        }
    }

    /**
     * Whether it has had its turn, and small packages of others wait for it that find no other
     * place. Whoever can go on later where he stopped then {@link #giveWay gives way}.
     */
    public boolean isWanted() {
        return movesSince.filter(since -> isOver(since, turn)).isPresent() && places.isWanted(this);
    }

    /**
     * Leaves it to those who wait, and waits to have it again. Nothing may be on its way meanwhile.
     *
     * @return false if nobody wants it any more
     */
    public boolean giveWay(BooleanSupplier abandoned) throws InterruptedException {
        return places.leaveForAWhile(this, abandoned);
    }

    @Override
    public void close() {
        places.leave(this);
    }

    List<Budgets.Named> counting() {
        return counting.get();
    }

    boolean isIn(Duration within) throws InterruptedException {
        return in.await(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    void entered() {
        in.countDown();
    }

    void left() {
        in = new CountDownLatch(1);
        movesSince = Optional.empty();
        outSince = System.nanoTime();
    }

    boolean waitsForLong() {
        return isOver(outSince, turn.dividedBy(3));
    }

    boolean isAwayForLong() {
        return isOver(outSince, turn.multipliedBy(TURNS_AWAY));
    }

    private static boolean isOver(long since, Duration time) {
        return System.nanoTime() - since >= time.toNanos();
    }
}
