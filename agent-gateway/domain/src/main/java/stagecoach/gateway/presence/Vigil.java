package stagecoach.gateway.presence;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether this process may call others silent. When the database is away or slow nobody can say in
 * time that he lives. So everyone measures himself as he measures the others, from the beginning of
 * one word to when the next one can be seen, and judges nobody unless his own words came twice as
 * quickly as they must, for as long as the others may be silent.
 */
public final class Vigil {
    private static final int WORDS_MIN = 3;

    private final Duration most;
    private final Duration late;
    private Instant since;
    private Instant last;

    /**
     * One that begins.
     *
     * @param every the pause between two words
     * @param most how long anyone may be silent
     * @throws IllegalArgumentException if he who lives could be called silent because one word was
     *     late
     */
    public Vigil(Duration every, Duration most, Instant now) {
        if (every.multipliedBy(WORDS_MIN).compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    ("what a gateway process reads can be given to the others after three pauses"
                                    + " between its signs of life at the earliest, and not after %s"
                                    + " with a pause of %s: set a longer"
                                    + " stagecoach.agent.take-over-after or a shorter"
                                    + " stagecoach.agent.lease-every")
                            .formatted(most, every));
        }
        this.most = most;
        this.late = most.dividedBy(2);
        this.since = now;
        this.last = now;
    }

    /** Our own word went through: it was begun at {@code begun}, and can be seen {@code now}. */
    public synchronized void spoke(Instant begun, Instant now) {
        if (isLate(Duration.between(last, now))) {
            since = now;
        }
        last = begun;
    }

    /**
     * What can be seen of us.
     *
     * @param age of our own last word; empty if there is none
     */
    public synchronized void saw(Optional<Duration> age, Instant now) {
        if (age.isEmpty() || isLate(age.get())) {
            since = now;
        }
    }

    /** Whether whoever is silent now is so of himself. */
    public synchronized boolean isUnbroken(Instant now) {
        return !isLate(Duration.between(last, now)) && !now.isBefore(since.plus(most));
    }

    private boolean isLate(Duration age) {
        return age.compareTo(late) >= 0;
    }
}
