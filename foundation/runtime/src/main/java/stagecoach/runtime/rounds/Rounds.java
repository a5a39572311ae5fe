package stagecoach.runtime.rounds;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One piece of work on a virtual thread of its own, with a pause before each round. */
public final class Rounds {
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final String name;
    private final Duration pause;
    private final Runnable work;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable Thread thread;

    /**
     * Rounds that have not begun.
     *
     * @param name what the work is, for the thread and for the log
     * @param pause before each round, the first one too
     * @param work one round; when it throws, that is logged once until a round succeeds again
     */
    public Rounds(String name, Duration pause, Runnable work) {
        this.name = name;
        this.pause = pause;
        this.work = work;
    }

    /** Begins them. */
    public void start() {
        thread = Thread.ofVirtual().name(name).start(this::run);
    }

    /** Begins no further round, and waits at most five seconds for the present one. */
    public void stop() throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(STOP_MAX);
        }
    }

    /** Whether a long round should leave the rest to another one. */
    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    private void run() {
        boolean troubled = false;
        try {
            while (!stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                troubled = !succeeds(troubled);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean succeeds(boolean troubledBefore) {
        try {
            work.run();
            return true;
        } catch (RuntimeException | Error e) {
            if (!troubledBefore && !isStopping()) {
                Log.warnf(e, "A round of work failed; it is tried again. work=%s", name);
            }
            return false;
        }
    }
}
