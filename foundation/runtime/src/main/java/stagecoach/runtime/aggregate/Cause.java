package stagecoach.runtime.aggregate;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Why a command is given; goes into the envelope of what it leads to.
 *
 * @param at now, in microseconds, the precision of the store
 * @param actor who wants it: the name of an API key, or {@code system}
 * @param causationId the id of the event that it answers
 */
public record Cause(Instant at, String actor, Optional<String> causationId) {
    /** The actor of what nobody asked for. */
    public static final String SYSTEM = "system";

    /** Cuts the time to microseconds. */
    public Cause {
        at = at.truncatedTo(ChronoUnit.MICROS);
    }

    /** A person's or program's wish, now. */
    public static Cause of(Clock clock, String actor) {
        return new Cause(clock.instant(), actor, Optional.empty());
    }

    /** An event that arrived, answered now; the actor is the one behind the event. */
    public static Cause byEvent(Happened event, Clock clock) {
        return new Cause(clock.instant(), event.actor().orElse(SYSTEM), Optional.of(event.id()));
    }
}
