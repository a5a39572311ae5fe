package stagecoach.gateway.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.decider.DeciderSpec;
import stagecoach.gateway.command.Report.ReportEnded;
import stagecoach.gateway.command.Report.ReportSettled;
import stagecoach.gateway.command.Report.ReportStarted;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;

class TicketDeciderTest {
    private static final Ticket TICKET = Ticket.of("decider");
    private static final AgentId AGENT = new AgentId("worker:hq-1");
    private static final CommandContext CONTEXT =
            new CommandContext(
                    new DeploymentId("0123abcd"),
                    new ProjectId("shop"),
                    new EnvironmentId("production"),
                    new Run(2),
                    Optional.empty(),
                    Optional.empty());
    private static final CommandResult EXITED = result(CommandOutcome.EXITED);
    private static final CommandResult ABANDONED = result(CommandOutcome.ABANDONED);

    private static final ReportStarted BEGIN = new ReportStarted(TICKET, AGENT, CONTEXT);
    private static final ReportEnded END = new ReportEnded(TICKET, AGENT, CONTEXT, EXITED);
    private static final ReportEnded GIVE_UP = new ReportEnded(TICKET, AGENT, CONTEXT, ABANDONED);
    private static final ReportSettled SETTLE = new ReportSettled(TICKET, AGENT, CONTEXT, EXITED);

    private final DeciderSpec<Reported, Report, AgentReport> ticket =
            DeciderSpec.of(new TicketDecider());

    private static CommandResult result(CommandOutcome outcome) {
        return new CommandResult(
                outcome, Optional.empty(), Map.of(), Optional.empty(), false, Optional.empty());
    }

    @Test
    void a_beginning_is_reported_once() {
        ticket.when(BEGIN).then(new CommandStarted(TICKET, AGENT, CONTEXT));
        ticket.after(BEGIN).when(BEGIN).thenNothing();
        ticket.after(END).when(BEGIN).thenNothing();
    }

    @Test
    void an_end_is_reported_once() {
        ticket.after(BEGIN).when(END).then(new CommandEnded(TICKET, AGENT, CONTEXT, EXITED));
        ticket.after(BEGIN, END).when(END).thenNothing();
        ticket.after(BEGIN, END).when(GIVE_UP).thenNothing();
    }

    @Test
    void only_an_abandoned_end_has_a_late_truth_and_only_one() {
        ticket.after(END).when(SETTLE).thenNothing();
        ticket.when(SETTLE).thenNothing();
        ticket.after(GIVE_UP).when(SETTLE).then(new CommandSettled(TICKET, AGENT, CONTEXT, EXITED));
        ticket.after(GIVE_UP, SETTLE).when(SETTLE).thenNothing();
    }

    @Provide
    Arbitrary<List<Report>> anything() {
        return Arbitraries.<Report>of(BEGIN, END, GIVE_UP, SETTLE).list().ofMaxSize(12);
    }

    @Property
    void whatever_comes_in_whatever_order_there_is_one_end_and_every_prefix_replays(
            @ForAll("anything") List<Report> reports) {
        var decider = new TicketDecider();
        Reported state = decider.initial();
        var history = new ArrayList<AgentReport>();
        for (Report report : reports) {
            List<AgentReport> events = decider.decide(state, report);
            history.addAll(events);
            state = decider.fold(state, events);
            assertThat(decider.fold(decider.initial(), history)).isEqualTo(state);
        }
        assertThat(history.stream().filter(CommandEnded.class::isInstance).count())
                .isLessThanOrEqualTo(1);
        assertThat(history.stream().filter(CommandStarted.class::isInstance).count())
                .isLessThanOrEqualTo(1);
        assertThat(history.stream().filter(CommandSettled.class::isInstance).count())
                .isLessThanOrEqualTo(1);
    }
}
