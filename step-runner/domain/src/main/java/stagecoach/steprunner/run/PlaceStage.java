package stagecoach.steprunner.run;

import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.run.PairResult;
import stagecoach.vocabulary.identity.Ticket;

/** How a step stands at one place. */
public sealed interface PlaceStage {
    /** Nothing has happened yet. */
    record Waiting() implements PlaceStage {}

    /** A command is on its way or at work. */
    record AtWork(Ticket ticket, int tryNumber) implements PlaceStage {}

    /**
     * A try has failed, and the next one waits for its time.
     *
     * @param failed the ticket of the failed try
     * @param tryNumber that of the failed try
     */
    record BackingOff(Ticket failed, int tryNumber, String reason, Instant nextTryAt)
            implements PlaceStage {}

    /**
     * It is over here.
     *
     * @param ticket of its last command; empty if none was ever given
     */
    record Ended(PairResult result, PlaceOutputs outputs, Optional<Ticket> ticket)
            implements PlaceStage {
        /** Whether a command was ever given for it. */
        boolean begun() {
            return ticket.isPresent();
        }
    }
}
