package stagecoach.gateway.app.session.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Lets something happen so many times in a while, and no more. Not for two threads. */
public final class Seldom {
    private final int most;
    private final long whileNanos;
    private final Deque<Long> lately = new ArrayDeque<>();

    /** So many times in such a while. */
    public Seldom(int most, Duration while_) {
        this.most = most;
        this.whileNanos = while_.toNanos();
    }

    /** Whether it may happen now, and then it counts. */
    public boolean may() {
        long now = System.nanoTime();
        if (lately.size() == most) {
            if (now - lately.getFirst() < whileNanos) {
                return false;
            }
            lately.removeFirst();
        }
        lately.addLast(now);
        return true;
    }
}
