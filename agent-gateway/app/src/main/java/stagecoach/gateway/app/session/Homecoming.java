package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import stagecoach.gateway.app.pod.Pod;

/**
 * The time after a start in which machines of a process that stopped come back: it is longer while
 * we ourselves tell them to come later. All times are by {@link Pod#uptime}.
 */
@Singleton
class Homecoming {
    /** Whoever keeps the door crowded does not hide for ever that machines are lost. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Duration grace;
    private volatile Instant since = Pod.uptime();
    private volatile Instant sentAway = Instant.MIN;

    Homecoming(SessionConfig config) {
        this.grace = config.restartGrace();
    }

    /** Machines can only come since now. */
    void begins(Instant now) {
        since = now;
    }

    /** Somebody was told to come later. */
    void sentAway(Instant now) {
        sentAway = now;
    }

    /** Whether whoever has not come back by now can be called lost. */
    boolean isOver(Instant now) {
        return !now.isBefore(since.plus(grace))
                && (!now.isBefore(sentAway.plus(grace.multipliedBy(2)))
                        || !now.isBefore(since.plus(LONGEST)));
    }
}
