package stagecoach.gateway.command;

import java.time.Duration;
import java.time.Instant;

/**
 * That a command shall end: TERM at once, KILL after {@code killAfter}, given up {@code
 * abandonAfter} later.
 *
 * @param at when it was asked for
 */
public record Cancellation(Instant at, Duration killAfter, Duration abandonAfter) {
    /** When the command is reported as abandoned, whatever the tentacle does. */
    public Instant abandonAt() {
        return at.plus(killAfter).plus(abandonAfter);
    }
}
