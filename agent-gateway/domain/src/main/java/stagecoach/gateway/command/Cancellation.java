package stagecoach.gateway.command;

import java.time.Instant;
import stagecoach.contracts.agent.StopBounds;

/**
 * That a command shall end.
 *
 * @param at when it was asked for
 * @param bounds how its work is ended
 */
public record Cancellation(Instant at, StopBounds bounds) {
    /** When the command is reported as abandoned, whatever the tentacle does. */
    public Instant abandonAt() {
        return at.plus(bounds.whole());
    }
}
