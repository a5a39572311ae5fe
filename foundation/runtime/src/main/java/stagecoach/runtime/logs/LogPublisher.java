package stagecoach.runtime.logs;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.CompletionStage;
import stagecoach.contracts.agent.LogEntry;

/** Publishes log entries on {@code stagecoach.logs}, keyed by deployment, in order per caller. */
@ApplicationScoped
public class LogPublisher {
    /** Completes when Kafka has acknowledged all of {@code entries}, and fails if it did not. */
    public CompletionStage<Void> publish(List<? extends LogEntry> entries) {
        throw new UnsupportedOperationException("not built yet");
    }
}
