package stagecoach.runtime.logs;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.Channels;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.outbox.Producers;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.wire.StagecoachJson;

/** Publishes log entries on {@code stagecoach.logs}, keyed by deployment, in order per caller. */
@ApplicationScoped
public class LogPublisher {
    private final KafkaConnection kafka;
    private final String service;
    private @Nullable Producer<String, byte[]> producer;

    LogPublisher(
            KafkaConnection kafka, @ConfigProperty(name = "stagecoach.service") String service) {
        this.kafka = kafka;
        this.service = service;
    }

    /**
     * Completes when Kafka has acknowledged all of {@code entries}, and fails with a {@link
     * TemporaryFailure} after about 20 seconds if it did not; some may then be there. It can block
     * for a few seconds while Kafka is away, so it is not for event loops.
     */
    public CompletionStage<Void> publish(List<? extends LogEntry> entries) {
        var all = new CompletableFuture<?>[entries.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = send(entries.get(i));
        }
        return CompletableFuture.allOf(all);
    }

    private CompletableFuture<Void> send(LogEntry entry) {
        var done = new CompletableFuture<Void>();
        var record =
                new ProducerRecord<>(
                        Channels.LOGS.name(),
                        entry.deployment().value(),
                        StagecoachJson.bytes(entry));
        try {
            var _ =
                    producer()
                            .send(
                                    record,
                                    (metadata, failure) -> {
                                        if (failure == null) {
                                            done.complete(null);
                                        } else {
                                            done.completeExceptionally(notTaken(failure));
                                        }
                                    });
        } catch (KafkaException e) {
            done.completeExceptionally(notTaken(e));
        }
        return done;
    }

    private static TemporaryFailure notTaken(Exception failure) {
        return new TemporaryFailure("Kafka did not take a log entry.", failure);
    }

    private synchronized Producer<String, byte[]> producer() {
        if (producer == null) {
            producer = Producers.open(kafka, service + "-logs", "lz4");
        }
        return producer;
    }

    @PreDestroy
    synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
    }
}
