package stagecoach.contracts.agent;

import java.time.Duration;
import java.util.Optional;

/**
 * How work is ended that takes too long: TERM to its processes at once, KILL after {@code
 * killAfter}, given up {@code abandonAfter} later.
 */
public record StopBounds(Duration killAfter, Duration abandonAfter) {
    /** What counts where a command does not say it. */
    public static final StopBounds USUAL =
            new StopBounds(Duration.ofSeconds(10), Duration.ofSeconds(30));

    /** The same, but for what a step says of its own. */
    public StopBounds but(Optional<Duration> itsKillAfter, Optional<Duration> itsAbandonAfter) {
        return new StopBounds(itsKillAfter.orElse(killAfter), itsAbandonAfter.orElse(abandonAfter));
    }

    /** From TERM until the work is given up. */
    public Duration whole() {
        return killAfter.plus(abandonAfter);
    }
}
