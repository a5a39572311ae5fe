package stagecoach.tentacle.journal;

import java.io.IOException;
import stagecoach.contracts.agent.CommandResult;

/** What is done under a ticket. */
@FunctionalInterface
public interface Work {
    /**
     * Does it, or takes it up where an earlier tentacle process left it; on a virtual thread of its
     * own.
     *
     * @throws IOException if this machine failed at it; what is already known of the work then
     *     decides whether it was refused or is unknown
     * @throws InterruptedException if it was asked to stop and did
     */
    CommandResult perform(LiveTicket live) throws IOException, InterruptedException;
}
