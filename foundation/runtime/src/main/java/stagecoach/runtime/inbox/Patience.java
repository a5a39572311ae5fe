package stagecoach.runtime.inbox;

import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Tries again for ever what fails for a time: an inbox has nowhere else to put what it was given.
 */
@Singleton
class Patience {
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration REMIND = Duration.ofSeconds(30);

    private volatile boolean stopping;

    void stop(@Observes @Priority(1) ShutdownEvent event) {
        stopping = true;
    }

    /**
     * Runs {@code attempt} until it does not fail with a {@link TemporaryFailure}.
     *
     * @throws RuntimeException of the attempt, any other one
     * @throws Stopping if the service stops first
     */
    void untilDone(String handler, Runnable attempt) {
        long pauseMillis = 50;
        long toldAt = 0;
        for (int tries = 1; ; tries++) {
            try {
                attempt.run();
                return;
            } catch (TemporaryFailure | OutOfMemoryError e) {
                if (stopping) {
                    throw new Stopping(e);
                }
                long now = System.nanoTime();
                if (tries > 1 && (tries == 2 || now - toldAt > REMIND.toNanos())) {
                    toldAt = now;
                    Log.warnf(
                            "Handling waits for what does not answer; it is tried again until it does. handler=%s tries=%d cause=%s",
                            handler, tries, rootOf(e));
                }
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                // What fails while everything is being closed says nothing about the event.
                if (stopping) {
                    throw new Stopping(e);
                }
                throw e;
            }
            pause(pauseMillis);
            pauseMillis = Math.min(pauseMillis * 2, PAUSE_MAX.toMillis());
        }
    }

    private void pause(long millis) {
        long jittered = millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        long end = System.nanoTime() + Duration.ofMillis(jittered).toNanos();
        while (!stopping && System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(end - System.nanoTime(), 100_000_000L));
        }
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    /** The service stops; what was not handled comes again after its next start. */
    static final class Stopping extends RuntimeException {
        Stopping(Throwable cause) {
            super("the service stops", cause);
        }
    }
}
