package stagecoach.gateway.command;

import java.util.List;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.decider.Decider;
import stagecoach.gateway.command.Report.ReportEnded;
import stagecoach.gateway.command.Report.ReportSettled;
import stagecoach.gateway.command.Report.ReportStarted;
import stagecoach.gateway.command.Reported.Begun;
import stagecoach.gateway.command.Reported.Nothing;
import stagecoach.gateway.command.Reported.Over;

/**
 * The stream {@code ticket-<ticket>}: a beginning at most once and before the end, one end, and one
 * late truth after an abandoned end. What is said again changes nothing.
 */
public final class TicketDecider implements Decider<Reported, Report, AgentReport> {
    @Override
    public Reported initial() {
        return new Nothing();
    }

    @Override
    public List<AgentReport> decide(Reported state, Report report) {
        return switch (report) {
            case ReportStarted(var ticket, var agent, var context) ->
                    state instanceof Nothing
                            ? List.of(new CommandStarted(ticket, agent, context))
                            : List.of();
            case ReportEnded(var ticket, var agent, var context, var result) ->
                    state instanceof Over
                            ? List.of()
                            : List.of(new CommandEnded(ticket, agent, context, result));
            case ReportSettled(var ticket, var agent, var context, var result) ->
                    state instanceof Over over && over.truthOpen()
                            ? List.of(new CommandSettled(ticket, agent, context, result))
                            : List.of();
        };
    }

    @Override
    public Reported evolve(Reported state, AgentReport event) {
        return switch (event) {
            case CommandStarted started -> new Begun(started.context());
            case CommandEnded ended -> new Over(ended.context(), truthOpen(ended.result()));
            case CommandSettled settled -> new Over(settled.context(), false);
            case AgentHealthChanged _,
                    AgentEnrolled _,
                    AgentCertificateRenewed _,
                    AgentRevoked _,
                    SourcesMeasured _,
                    PackagesBegun _,
                    MachineTidied _,
                    EntryRefused _ ->
                    throw foreign(event);
        };
    }

    /** Whether the tentacle may still tell how work really ended that ended like this. */
    static boolean truthOpen(CommandResult result) {
        return result.outcome() == CommandOutcome.ABANDONED
                || (result.outcome() == CommandOutcome.UNREACHED && result.mayStillRun());
    }

    private static IllegalStateException foreign(AgentReport event) {
        return new IllegalStateException(
                "a ticket's stream holds " + event.getClass().getSimpleName());
    }

    /** The context of a state that something was reported in. */
    public static CommandContext contextOf(Reported state) {
        return state.context()
                .orElseThrow(() -> new IllegalStateException("nothing was reported yet"));
    }
}
