package stagecoach.packages.app.replication;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Waits for transfers that are under way elsewhere. */
final class Transfers {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    private Transfers() {}

    /**
     * What comes of a transfer, as long as it gets on and somebody waits for it; else it is
     * cancelled.
     *
     * @param moved how many bytes have moved so far
     * @param stalled what is said of one that does not get on
     */
    static <T> T await(
            Future<T> transfer,
            AtomicLong moved,
            FillWatch watch,
            Duration stallMax,
            String stalled)
            throws CacheFailure, InterruptedException, ExecutionException {
        long seen = -1;
        long seenAt = System.nanoTime();
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
                    if (System.nanoTime() - seenAt > stallMax.toNanos()) {
                        throw new CacheFailure(true, stalled, stillAtWork);
                    }
                }
            }
        } finally {
            transfer.cancel(true);
        }
    }
}
