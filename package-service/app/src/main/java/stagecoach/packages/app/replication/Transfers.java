package stagecoach.packages.app.replication;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Waits for transfers that are under way elsewhere. */
final class Transfers {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private Transfers() {}

    /**
     * How long a transfer may stand still.
     *
     * @param max so long
     * @param sentence what is said of one that stands still for longer
     */
    record Stall(Duration max, String sentence) {}

    /**
     * What comes of a transfer, as long as it gets on and somebody waits for it; else it is
     * cancelled.
     *
     * @param moved how many bytes have moved so far
     * @param longest how long it may take at all
     * @param stall how long it may stand still after so many bytes
     * @throws CacheFailure if it stood still for longer
     */
    static <T> T await(
            Future<T> transfer,
            AtomicLong moved,
            FillWatch watch,
            LongFunction<Stall> stall,
            Duration longest)
            throws CacheFailure, InterruptedException, ExecutionException {
        long seen = -1;
        long begunAt = System.nanoTime();
        long seenAt = begunAt;
        try {
            while (true) {
                try {
                    return transfer.get(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillAtWork) {
                    long now = moved.get();
                    if (now != seen) {
                        seen = now;
                        seenAt = System.nanoTime();
                        watch.progress(now);
                    }
                    if (watch.abandoned()) {
                        throw new CacheFailure(true, "nobody waits for it any more", stillAtWork);
                    }
                    Stall allowed = stall.apply(now);
                    if (System.nanoTime() - seenAt > allowed.max().toNanos()) {
                        throw new CacheFailure(true, allowed.sentence(), stillAtWork);
                    }
                    if (System.nanoTime() - begunAt > longest.toNanos()) {
                        throw new CacheFailure(
                                true,
                                "was too slow: it took %d bytes within %d s"
                                        .formatted(now, longest.toSeconds()),
                                stillAtWork);
                    }
                }
            }
        } finally {
            transfer.cancel(true);
        }
    }
}
