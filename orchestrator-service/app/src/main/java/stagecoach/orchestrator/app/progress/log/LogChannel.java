package stagecoach.orchestrator.app.progress.log;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.LogEntry.Output;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.orchestrator.app.progress.acquisition.TransfersUnderWay;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;

/** Keeps output, and hands on how far packages have come. */
@ApplicationScoped
class LogChannel {
    private final Inbox inbox;
    private final LogStore logs;
    private final Clock clock;

    LogChannel(Inbox inbox, LogStore logs, Clock clock) {
        this.inbox = inbox;
        this.logs = logs;
        this.clock = clock;
    }

    @Incoming("progress-logs")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handleLogs(records, this::onEntries);
    }

    private void onEntries(Tx tx, List<LogEntry> entries) {
        List<Output> outputs = new ArrayList<>();
        var transfers = new TransfersUnderWay();
        for (LogEntry entry : entries) {
            switch (entry) {
                case Output output -> outputs.add(output);
                case TransferProgress progress -> transfers.add(progress);
            }
        }
        logs.keep(tx, outputs);
        transfers.write(tx, clock.instant());
    }
}
