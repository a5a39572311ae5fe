package stagecoach.packages.server.pull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Closes a body that has been silent for too long, so that its reader goes on. */
public final class StallWatch implements Closeable {
    private final InputStream body;
    private final long stallNanos;
    private final ScheduledFuture<?> watching;
    private volatile long heardAt = System.nanoTime();
    private volatile boolean paused;
    private volatile boolean stalled;

    /**
     * Watches {@code body} from now on.
     *
     * @param stallMax the longest silence
     * @param clock on which it looks
     */
    public StallWatch(InputStream body, Duration stallMax, ScheduledExecutorService clock) {
        this.body = body;
        this.stallNanos = stallMax.toNanos();
        long every = Math.max(1, stallNanos / 8);
        this.watching =
                clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
    }

    /** Says that something came, or is waited for from now on. */
    public void heard() {
        heardAt = System.nanoTime();
        paused = false;
    }

    /** Says that nothing is waited for until {@link #heard}: the silence is ours. */
    public void pause() {
        paused = true;
    }

    /** Whether the body was closed for its silence. */
    public boolean stalled() {
        return stalled;
    }

    private void look() {
        if (!paused && System.nanoTime() - heardAt > stallNanos && !stalled) {
            stalled = true;
            try {
                body.close();
            } catch (IOException e) {
                // The reader meets the same failure and tells it.
            }
        }
    }

    @Override
    public void close() {
        watching.cancel(false);
    }
}
