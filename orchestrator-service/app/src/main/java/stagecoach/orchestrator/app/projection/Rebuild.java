package stagecoach.orchestrator.app.projection;

import io.quarkus.logging.Log;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Rebuilds a read model from the feed, a transaction at a time: shadow tables are made and filled
 * in the order of the feed; at its end the live tables are locked for writers, both are brought to
 * the same events, and the live tables become equal to the rebuilt ones. Whoever dies on the way
 * leaves it to the next round, of whichever pod.
 */
final class Rebuild {
    private static final int EVENTS_AT_ONCE = 500;

    /** How long writers wait for a feed that is about to tell what they have handled already. */
    private static final Duration FEED_WAIT_MAX = Duration.ofSeconds(2);

    /** What a round came to. */
    enum Outcome {
        /** There is nothing to rebuild, or another pod is at it. */
        NOTHING,
        /** There is more to do. */
        WORKED,
        /** It must wait for somebody else; the next round tries again. */
        WAITS
    }

    /** Where a round stands, for tests that let it die there. */
    enum Point {
        LOCKED,
        CREATED,
        REPLAYED,
        WRITERS_WAIT,
        CAUGHT_UP,
        SWAPPED,
        ENDED,
        COMMITTED
    }

    private final UnitOfWork unitOfWork;
    private final Shadow shadow;
    private final Codecs codecs;
    private final Clock clock;
    private final Consumer<Point> at;

    Rebuild(UnitOfWork unitOfWork, Shadow shadow, Codecs codecs, Clock clock, Consumer<Point> at) {
        this.unitOfWork = unitOfWork;
        this.shadow = shadow;
        this.codecs = codecs;
        this.clock = clock;
        this.at = at;
    }

    /** The feed does not tell yet what the handlers have dealt with. */
    private static final class FeedBehind extends RuntimeException {
        FeedBehind() {
            super("the feed is behind", null, false, false);
        }
    }

    /** Goes on with the rebuild of a read model, if one was asked for. */
    Outcome round(Projection projection) {
        Outcome outcome;
        try {
            outcome = unitOfWork.run(tx -> round(tx, projection));
        } catch (FeedBehind | TemporaryFailure e) {
            return Outcome.WAITS;
        } catch (RuntimeException | StackOverflowError e) {
            Log.errorf(e, "A read model cannot be rebuilt. projection=%s", projection.name());
            unitOfWork.execute(
                    tx -> RebuildRow.failed(tx, projection.name(), clock.instant(), e.toString()));
            return Outcome.NOTHING;
        }
        at.accept(Point.COMMITTED);
        return outcome;
    }

    private Outcome round(Tx tx, Projection projection) {
        Optional<RebuildRow.Place> place = RebuildRow.take(tx, projection.name());
        if (place.isEmpty()) {
            return Outcome.NOTHING;
        }
        at.accept(Point.LOCKED);
        if (!place.get().begun()) {
            shadow.create(tx, projection);
            RebuildRow.moved(tx, projection.name(), 0);
            at.accept(Point.CREATED);
            return Outcome.WORKED;
        }
        shadow.enter(tx);
        var replay = new Replay(tx, projection, shadow, codecs);
        List<FeedEvent> next = replay.behind(place.get().seq(), EVENTS_AT_ONCE);
        replay.handle(next);
        if (!next.isEmpty()) {
            RebuildRow.moved(tx, projection.name(), next.getLast().seq());
            at.accept(Point.REPLAYED);
        }
        if (next.size() == EVENTS_AT_ONCE || catchUp(replay) == EVENTS_AT_ONCE) {
            return Outcome.WORKED;
        }
        swap(tx, projection, replay);
        return Outcome.NOTHING;
    }

    /** What was not next when its turn in the feed came. */
    private static int catchUp(Replay replay) {
        int handled = 0;
        while (handled < EVENTS_AT_ONCE) {
            int now = replay.handle(replay.lagging(EVENTS_AT_ONCE - handled));
            if (now == 0) {
                return handled;
            }
            handled += now;
        }
        return handled;
    }

    private void swap(Tx tx, Projection projection, Replay replay) {
        shadow.lock(tx, projection);
        at.accept(Point.WRITERS_WAIT);
        List<String> forgotten = inStep(replay);
        at.accept(Point.CAUGHT_UP);
        long left = shadow.leave(tx, projection, forgotten);
        shadow.leaveOutRetired(tx, projection);
        shadow.carryOver(tx, projection);
        var difference = shadow.swap(tx, projection, left);
        at.accept(Point.SWAPPED);
        shadow.drop(tx, projection);
        RebuildRow.done(tx, projection.name(), clock.instant(), difference);
        at.accept(Point.ENDED);
        unitOfWork.afterCommit(
                tx,
                () ->
                        Log.infof(
                                "A read model was rebuilt. projection=%s rowsRemoved=%d rowsWritten=%d rowsLeft=%d",
                                projection.name(),
                                difference.removed(),
                                difference.written(),
                                difference.left()));
    }

    /**
     * Waits until the shadow stands where the handlers stand, who wait.
     *
     * @return whose history the feed no longer has
     */
    private static List<String> inStep(Replay replay) {
        long end = System.nanoTime() + FEED_WAIT_MAX.toNanos();
        while (true) {
            while (catchUp(replay) > 0) {
                // As long as there is something; nobody adds to it.
            }
            Replay.Missing missing = replay.missing();
            if (!missing.yet()) {
                return missing.forgotten();
            }
            if (System.nanoTime() > end) {
                throw new FeedBehind();
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
