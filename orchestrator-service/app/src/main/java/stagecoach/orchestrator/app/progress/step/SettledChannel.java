package stagecoach.orchestrator.app.progress.step;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
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
import stagecoach.contracts.channel.EventType;
import stagecoach.orchestrator.app.progress.artifact.ArtifactRows;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.runtime.inbox.PublishedEvent;

/**
 * Learns which files a command's scripts have collected, and late that an abandoned process has
 * ended after all. What else the reports about tickets mean tells the step-runner, to whom they
 * come too.
 */
@ApplicationScoped
public class SettledChannel {
    /** The handler's name. */
    public static final String HANDLER = "orchestrator-progress-agents";

    private static final String ENDED = EventType.of(CommandEnded.class).value();
    private static final String SETTLED = EventType.of(CommandSettled.class).value();

    private final Inbox inbox;
    private final Codecs codecs;

    SettledChannel(Inbox inbox, Codecs codecs) {
        this.inbox = inbox;
        this.codecs = codecs;
    }

    @Incoming("progress-agents")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handlePublished(HANDLER, records, this::onEvents);
    }

    private void onEvents(Tx tx, List<PublishedEvent> events) {
        for (PublishedEvent event : events) {
            String type = event.envelope().type();
            if (type.equals(ENDED) || type.equals(SETTLED)) {
                AgentReport report =
                        codecs.decode(
                                AgentReport.class,
                                type,
                                event.json().getBytes(StandardCharsets.UTF_8));
                if (onReport(tx, report, event.envelope().time())) {
                    remember(tx, event);
                }
            }
        }
    }

    /** Whether it told something. */
    private static boolean onReport(Tx tx, AgentReport report, Instant at) {
        return switch (report) {
            case CommandEnded(var ticket, var agent, var context, var result) -> {
                ArtifactRows.collected(tx, ticket, agent, context, result.artifacts(), at);
                yield !result.artifacts().isEmpty();
            }
            case CommandSettled(var ticket, var agent, var context, var result) -> {
                StepRows.settled(tx, ticket);
                ArtifactRows.collected(tx, ticket, agent, context, result.artifacts(), at);
                yield true;
            }
            case CommandStarted _,
                    AgentHealthChanged _,
                    AgentEnrolled _,
                    AgentCertificateRenewed _,
                    AgentRevoked _,
                    SourcesMeasured _,
                    PackagesBegun _,
                    MachineTidied _,
                    EntryRefused _ ->
                    false;
        };
    }

    /** A rebuild must not end before it knows of this event. */
    private static void remember(Tx tx, PublishedEvent event) {
        tx.execute(
                """
                INSERT INTO inbox AS i (handler, stream, version) VALUES (?1, ?2, ?3)
                ON CONFLICT (handler, stream)
                    DO UPDATE SET version = greatest(i.version, excluded.version)""",
                HANDLER,
                event.envelope().stream().value(),
                event.envelope().version());
    }

    /** Writes what events of tickets tell. */
    public static void onReports(Tx tx, List<InboxEvent<AgentReport>> reports) {
        for (InboxEvent<AgentReport> report : reports) {
            onReport(tx, report.event(), report.at());
        }
    }
}
