package stagecoach.gateway.command;

import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** What shall be reported of a ticket, if it was not already. */
public sealed interface Report {
    /** The ticket. */
    Ticket ticket();

    /** The tentacle that it was for. */
    AgentId agent();

    /** What it is part of. */
    CommandContext context();

    /** The work has begun. */
    record ReportStarted(Ticket ticket, AgentId agent, CommandContext context) implements Report {}

    /** The work has ended. */
    record ReportEnded(Ticket ticket, AgentId agent, CommandContext context, CommandResult result)
            implements Report {}

    /** How abandoned work really ended. */
    record ReportSettled(Ticket ticket, AgentId agent, CommandContext context, CommandResult result)
            implements Report {}
}
