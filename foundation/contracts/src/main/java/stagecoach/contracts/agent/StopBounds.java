package stagecoach.contracts.agent;

import java.time.Duration;

/**
 * How work is ended that takes too long: TERM to its processes at once, KILL after {@code
 * killAfter}, given up {@code abandonAfter} later.
 */
public record StopBounds(Duration killAfter, Duration abandonAfter) {
    /** What counts where a command does not say it. */
    public static final StopBounds USUAL =
            new StopBounds(Duration.ofSeconds(10), Duration.ofSeconds(30));

    /** From TERM until the work is given up. */
    public Duration whole() {
        return killAfter.plus(abandonAfter);
    }
}
