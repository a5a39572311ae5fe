package stagecoach.gateway.app.mailbox;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Does something again and again on a virtual thread until it is closed. A round that fails is
 * followed by the next one: what it would have done is still to do.
 */
public final class Rounds implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Rounds.class);

    private final String name;
    private final Duration pause;
    private final Runnable round;
    private final Thread thread;
    private volatile boolean closed;
    private boolean troubled;

    private Rounds(String name, Duration pause, Runnable round) {
        this.name = name;
        this.pause = pause;
        this.round = round;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** Starts, with a pause after each round. */
    public static Rounds start(String name, Duration pause, Runnable round) {
        var rounds = new Rounds(name, pause, round);
        rounds.thread.start();
        return rounds;
    }

    private void run() {
        while (!closed) {
            try {
                round.run();
                if (troubled) {
                    LOG.infof("works again round=%s", name);
                }
                troubled = false;
            } catch (TemporaryFailure e) {
                if (!troubled) {
                    LOG.warnf("waits for something that is away round=%s cause=%s", name, e);
                }
                troubled = true;
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "failed round=%s", name);
            }
            if (!closed) {
                LockSupport.parkNanos(pause.toNanos());
            }
        }
    }

    /** The next round comes now instead of after the pause. */
    public void hurry() {
        LockSupport.unpark(thread);
    }

    /** No further round begins; waits for the one that is under way. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
