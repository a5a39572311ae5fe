package stagecoach.runtime.rounds;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * One piece of work, again and again on a virtual thread of its own. A round that fails is followed
 * by the next one: what it would have done is still to do.
 */
public final class Rounds {
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final String name;
    private final Duration first;
    private final Duration pause;
    private final Runnable work;
    private final Semaphore bell = new Semaphore(0);
    private volatile boolean stopping;
    private @Nullable Thread thread;

    /** What kind of trouble the last round had; it is logged once, until a round succeeds again. */
    private @Nullable Class<?> trouble;

    private Rounds(String name, Duration first, Duration pause, Runnable work) {
        this.name = name;
        this.first = first;
        this.pause = pause;
        this.work = work;
    }

    /**
     * Rounds that have not begun, with a pause before each, the first one too.
     *
     * @param name what the work is, for the thread and for the log
     * @param work one round
     */
    public Rounds(String name, Duration pause, Runnable work) {
        this(name, pause, pause, work);
    }

    /** Rounds that have not begun, of which the first comes at once and a pause after each. */
    public static Rounds atOnce(String name, Duration pause, Runnable work) {
        return new Rounds(name, Duration.ZERO, pause, work);
    }

    /** Begins them. */
    public void start() {
        thread = Thread.ofVirtual().name(name).start(this::run);
    }

    /** Begins no further round, and waits at most five seconds for the present one. */
    public void stop() {
        stopping = true;
        bell.release();
        if (thread == null) {
            return;
        }
        try {
            thread.join(STOP_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether a long round should leave the rest to another one. */
    public boolean isStopping() {
        return stopping;
    }

    /** Has the next round come at once: behind the present one, if one is under way. */
    public void wake() {
        if (bell.availablePermits() == 0) {
            bell.release();
        }
    }

    private void run() {
        try {
            Duration next = first;
            while (!stopping) {
                bell.tryAcquire(next.toNanos(), TimeUnit.NANOSECONDS);
                bell.drainPermits();
                if (!stopping) {
                    round();
                }
                next = pause;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            work.run();
            if (trouble != null) {
                Log.infof("A round of work succeeds again. work=%s", name);
            }
            trouble = null;
        } catch (RuntimeException | Error e) {
            if (e.getClass() != trouble && !isStopping()) {
                tell(e);
            }
            trouble = e.getClass();
        }
    }

    private void tell(Throwable e) {
        if (e instanceof TemporaryFailure) {
            Log.warnf(
                    "A round of work waits for something that is away. work=%s cause=%s", name, e);
        } else {
            Log.errorf(e, "A round of work failed; it is tried again. work=%s", name);
        }
    }
}
