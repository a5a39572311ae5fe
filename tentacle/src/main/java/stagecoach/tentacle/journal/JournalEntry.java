package stagecoach.tentacle.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.agent.CommandResult;

/** A step in the life of a ticket, appended to its journal. */
public sealed interface JournalEntry {
    /** When it was. */
    Instant at();

    /**
     * A script is about to be started; on disk before it is.
     *
     * @param script which of the ticket's scripts
     * @param claim the number of the claim that the process must win before it does anything
     * @param boot names the machine's run since it was switched on; empty where it has no name
     * @param ticks nanoseconds by the counter that all processes of that run share, by which the
     *     next one knows how much time has passed; an older tentacle did not tell
     */
    record Starting(Instant at, String script, int claim, String boot, Optional<Long> ticks)
            implements JournalEntry {}

    /**
     * A script's process is there.
     *
     * @param start what tells it from a later process of the same number
     */
    record Started(Instant at, String script, long pid, String start) implements JournalEntry {}

    /**
     * The work shall end.
     *
     * @param wallTime the same moment by the machine's clock, as files have it; an older tentacle
     *     did not tell
     */
    record StopAsked(
            Instant at,
            Cause cause,
            Duration killAfter,
            Duration abandonAfter,
            Optional<Instant> wallTime)
            implements JournalEntry {
        /** Who wants it. */
        public enum Cause {
            CANCEL,
            TIMEOUT
        }
    }

    /** A point in the work that matters after a restart, by a name that the work chose. */
    record Reached(Instant at, String point) implements JournalEntry {}

    /** The work has ended; from now on this is what is said. */
    record Ended(Instant at, CommandResult result) implements JournalEntry {}
}
