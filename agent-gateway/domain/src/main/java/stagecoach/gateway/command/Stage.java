package stagecoach.gateway.command;

import stagecoach.contracts.agent.CommandResult;

/** How far a command has come. */
public sealed interface Stage {
    /** It waits here and was never sent. */
    record Pending() implements Stage {}

    /** It was sent, or is about to be: the tentacle may have it. */
    record Sent() implements Stage {}

    /** The tentacle said that the work has begun. */
    record Started() implements Stage {}

    /**
     * It has ended, and this was reported.
     *
     * @param truthOpen whether it was given up, so that the tentacle may still tell how it really
     *     ended
     */
    record Ended(CommandResult result, boolean truthOpen) implements Stage {}
}
