package stagecoach.gateway.presence;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether this process may call others silent. When the database is away nobody can say that he
 * lives; so only he judges whose own word has gone through all the while, for as long as the others
 * may be silent.
 */
public final class Vigil {
    private final Duration most;
    private Instant since;
    private Instant last;

    /**
     * One that begins.
     *
     * @param most how long anyone may be silent
     */
    public Vigil(Duration most, Instant now) {
        this.most = most;
        this.since = now;
        this.last = now;
    }

    /** Our own word went through. */
    public synchronized void spoke(Instant now) {
        if (!now.isBefore(last.plus(most))) {
            since = now;
        }
        last = now;
    }

    /** Whether whoever is silent now is so of himself. */
    public synchronized boolean isUnbroken(Instant now) {
        return now.isBefore(last.plus(most)) && !now.isBefore(since.plus(most));
    }
}
