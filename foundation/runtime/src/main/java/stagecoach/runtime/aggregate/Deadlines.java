package stagecoach.runtime.aggregate;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * Ends waits that take too long, up to a second late. Nearly all waits are over within
 * milliseconds: a timer for each would wake a thread to be set and another time to be taken back.
 */
final class Deadlines {
    /** How often {@link #look} is to be called. */
    static final long LOOK_MILLIS = 1_000;

    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    private record Wait(CompletableFuture<?> answer, long endNanos) {}

    /**
     * Waits for {@code answer}.
     *
     * @throws java.util.concurrent.CompletionException if it failed, or with a {@link
     *     TimeoutException} if it has not come in time; it is then completed with that
     */
    <T> T join(CompletableFuture<T> answer, Duration most) {
        if (answer.isDone()) {
            return answer.join();
        }
        var wait = new Wait(answer, System.nanoTime() + most.toNanos());
        waits.add(wait);
        try {
            return answer.join();
        } finally {
            waits.remove(wait);
        }
    }

    /** Ends what has waited too long. */
    void look() {
        long now = System.nanoTime();
        for (Wait wait : waits) {
            if (now - wait.endNanos() >= 0) {
                wait.answer().completeExceptionally(new TimeoutException());
            }
        }
    }
}
