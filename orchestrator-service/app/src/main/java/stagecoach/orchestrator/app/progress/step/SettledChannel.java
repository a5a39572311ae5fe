package stagecoach.orchestrator.app.progress.step;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.channel.EventType;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.runtime.inbox.PublishedEvent;

/**
 * Learns late that an abandoned process has ended after all. The other reports about tickets come
 * to the step-runner, who tells what they mean.
 */
@ApplicationScoped
public class SettledChannel {
    /** The handler's name. */
    public static final String HANDLER = "orchestrator-progress-agents";

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
            if (event.envelope().type().equals(SETTLED)
                    && codecs.decode(
                                    AgentReport.class,
                                    SETTLED,
                                    event.json().getBytes(StandardCharsets.UTF_8))
                            instanceof CommandSettled settled) {
                StepRows.settled(tx, settled.ticket());
                remember(tx, event);
            }
        }
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
            if (report.event() instanceof CommandSettled settled) {
                StepRows.settled(tx, settled.ticket());
            }
        }
    }
}
