package stagecoach.gateway.app.session.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Lets something happen a number of times within a window, and no more. Not for two threads. */
public final class RateLimit {
    private final int permits;
    private final long windowNanos;
    private final Deque<Long> lately = new ArrayDeque<>();

    /** At most {@code permits} times within {@code window}. */
    public RateLimit(int permits, Duration window) {
        this.permits = permits;
        this.windowNanos = window.toNanos();
    }

    /** Whether it may happen now, and then it counts. */
    public boolean may() {
        long now = System.nanoTime();
        if (lately.size() == permits) {
            if (now - lately.getFirst() < windowNanos) {
                return false;
            }
            lately.removeFirst();
        }
        lately.addLast(now);
        return true;
    }
}
