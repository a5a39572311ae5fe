package stagecoach.packages.app.upstream;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.upstream.Upstream.Asker;

/**
 * A package on its way here, for all who want it.
 *
 * @param end what becomes of it
 * @param came the bytes so far
 * @param landedAt when it ended, on the clock of the process
 * @param askers for whom it has a place among the threads
 * @param begun whether one of these has taken it
 */
record Flight(
        CompletableFuture<Fetch> end,
        AtomicLong came,
        AtomicLong landedAt,
        Set<Asker> askers,
        AtomicBoolean begun) {
    /** Who asks later than this after a failure wants another attempt. */
    private static final long TOLD_NANOS_MAX = Duration.ofMinutes(1).toNanos();

    Flight() {
        this(
                new CompletableFuture<>(),
                new AtomicLong(),
                new AtomicLong(),
                EnumSet.noneOf(Asker.class),
                new AtomicBoolean());
    }

    void land(Fetch result) {
        landedAt.set(System.nanoTime());
        end.complete(result);
    }

    void crash(Throwable cause) {
        landedAt.set(System.nanoTime());
        end.completeExceptionally(cause);
    }

    /** Whether there is nothing more to tell of it. */
    boolean isOver() {
        return end.isDone()
                && ((!end.isCompletedExceptionally() && end.join() instanceof Fetch.Here)
                        || System.nanoTime() - landedAt.get() > TOLD_NANOS_MAX);
    }
}
