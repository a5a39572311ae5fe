package stagecoach.runtime.inbox;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.runtime.aggregate.Tx;

/**
 * Handles poll batches. The returned {@code Uni} completes when everything in the batch is
 * committed and never fails while the service runs: while the database is away it is tried again
 * for ever.
 */
@ApplicationScoped
public class Inbox {
    /**
     * Handles events: every event has its effect once and in the order of its stream, however often
     * and in whichever order its records arrive.
     *
     * @param handler a name that never changes: it is what was handled that is remembered by it
     * @param family the sealed interface of the topic's events
     */
    public <E> Uni<Void> handle(
            String handler,
            ConsumerRecords<String, byte[]> records,
            Class<E> family,
            InboxHandler<E> work) {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * Handles commands to tentacles, one transaction per batch; {@code work} must be repeatable.
     */
    public Uni<Void> handleCommands(
            ConsumerRecords<String, byte[]> records, BiConsumer<Tx, List<AgentCommand>> work) {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Handles log entries, one transaction per batch; {@code work} must be repeatable. */
    public Uni<Void> handleLogs(
            ConsumerRecords<String, byte[]> records, BiConsumer<Tx, List<LogEntry>> work) {
        throw new UnsupportedOperationException("not built yet");
    }
}
