package stagecoach.gateway.app.session.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Lets something happen a number of times within a window, and no more. Not for two threads. */
public final class RateLimit {
    private final int permits;
    private final long windowNanos;
    private final Deque<Long> lately = new ArrayDeque<>();
    private double allowed;

    /** At most {@code permits} times within {@code window}. */
    public RateLimit(int permits, Duration window) {
        this.permits = permits;
        this.windowNanos = window.toNanos();
    }

    /**
     * Allows beyond that, once, what might have happened within {@code time}, in which nobody
     * looked.
     */
    public void allowFor(Duration time) {
        allowed += (double) permits * time.toNanos() / windowNanos;
    }

    /** Whether it may happen now, and then it counts. */
    public boolean may() {
        long now = System.nanoTime();
        if (lately.size() == permits) {
            if (now - lately.getFirst() < windowNanos) {
                if (allowed < 1) {
                    return false;
                }
                allowed--;
            }
            lately.removeFirst();
        }
        lately.addLast(now);
        return true;
    }
}
