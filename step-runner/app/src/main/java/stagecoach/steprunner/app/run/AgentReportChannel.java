package stagecoach.steprunner.app.run;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.steprunner.app.command.OnlyIfJudge;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;

/**
 * What the gateway says of tentacles and their commands; the ends of steps' commands count here.
 */
@ApplicationScoped
class AgentReportChannel {
    private final Inbox inbox;
    private final CommandHandler handler;
    private final StepRunKind runs;
    private final OnlyIfJudge judge;
    private final Clock clock;

    AgentReportChannel(
            Inbox inbox, CommandHandler handler, StepRunKind runs, OnlyIfJudge judge, Clock clock) {
        this.inbox = inbox;
        this.handler = handler;
        this.runs = runs;
        this.judge = judge;
        this.clock = clock;
    }

    @Incoming("agent-reports")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle("step-runner-agent-reports", records, AgentReport.class, this::handle);
    }

    private void handle(Tx tx, List<InboxEvent<AgentReport>> ofOneStream) {
        for (var arrived : ofOneStream) {
            // A command without step brought a package: the package-service's business.
            if (arrived.event() instanceof CommandEnded ended
                    && ended.context().step().isPresent()) {
                handler.handle(
                        tx,
                        runs,
                        StepRunKind.streamOf(ended.context().runId()),
                        List.of(
                                new CommandReported(
                                        ended.ticket(),
                                        ended.result(),
                                        arrived.at(),
                                        judge.in(tx))),
                        Cause.byEvent(arrived, clock));
            }
        }
    }
}
