package stagecoach.packages.app.acquisition;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.app.catalog.MeasuredLatencies;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/** What tentacles report of packages that they were told to get. */
@ApplicationScoped
class AgentChannel {
    private final Inbox inbox;
    private final CommandHandler commands;
    private final AcquisitionKind kind;
    private final AcquisitionTables tables;
    private final MeasuredLatencies latencies;
    private final Clock clock;

    AgentChannel(
            Inbox inbox,
            CommandHandler commands,
            AcquisitionKind kind,
            AcquisitionTables tables,
            MeasuredLatencies latencies,
            Clock clock) {
        this.inbox = inbox;
        this.commands = commands;
        this.kind = kind;
        this.tables = tables;
        this.latencies = latencies;
        this.clock = clock;
    }

    @Incoming("agents")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle("packages-agents", records, AgentReport.class, this::onEvents);
    }

    private void onEvents(Tx tx, List<InboxEvent<AgentReport>> events) {
        for (InboxEvent<AgentReport> event : events) {
            if (event.event() instanceof CommandEnded ended && ended.context().step().isEmpty()) {
                onEnded(tx, ended, Cause.byEvent(event, clock));
                tables.acquired(tx, ended.agent(), event.at());
            } else if (event.event() instanceof AgentEnrolled enrolled) {
                tables.forgetMachine(tx, enrolled.agent());
                latencies.forget(tx, enrolled.agent());
            } else if (event.event() instanceof AgentRevoked revoked) {
                latencies.forget(tx, revoked.agent());
            } else if (event.event() instanceof PackagesBegun begun) {
                tables.begun(tx, begun.agent(), begun.packages(), event.at());
            } else if (event.event() instanceof MachineTidied tidied) {
                tables.forget(
                        tx,
                        tidied.agent(),
                        tidied.removal().packages().stream().map(RemovedPackage::sha512).toList(),
                        event.at());
            } else if (event.event() instanceof SourcesMeasured measured) {
                latencies.learn(tx, measured.agent(), measured.latencies(), event.at());
            }
        }
    }

    /** Whether the ticket is one of the run's is for the decider to see. */
    private void onEnded(Tx tx, CommandEnded ended, Cause cause) {
        ended.result()
                .acquisition()
                .ifPresent(got -> tables.forget(tx, ended.agent(), got.removed()));
        commands.handle(
                tx,
                kind,
                AcquisitionKind.streamOf(ended.context().runId()),
                List.of(new AcquisitionCommand.TargetReported(ended.ticket(), ended.result())),
                cause);
    }
}
