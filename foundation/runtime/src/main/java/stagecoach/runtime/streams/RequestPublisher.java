package stagecoach.runtime.streams;

import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.contracts.channel.StreamRequest.DeploymentsRetired;
import stagecoach.contracts.channel.StreamRequest.EventsForgotten;
import stagecoach.contracts.channel.StreamRequest.RepublishRequested;
import stagecoach.contracts.channel.StreamRequest.StreamsRetired;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.outbox.Producers;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.wire.StagecoachJson;

/** Publishes on {@code stagecoach.requests}, which all services read. */
@Singleton
public class RequestPublisher {
    /** A little more than the producer takes to give up. */
    private static final int ACK_SECONDS_MAX = 26;

    private final KafkaConnection kafka;
    private final String client;

    RequestPublisher(
            KafkaConnection kafka, @ConfigProperty(name = "stagecoach.service") String service) {
        this.kafka = kafka;
        this.client = service + "-requests";
    }

    /**
     * Sends them and waits until Kafka has them.
     *
     * @throws TemporaryFailure if it does not answer
     */
    public void send(List<? extends StreamRequest> requests) {
        try (Producer<String, byte[]> producer = Producers.open(kafka, client, "none")) {
            var acks = new ArrayList<Future<?>>();
            for (StreamRequest request : requests) {
                acks.add(
                        producer.send(
                                new ProducerRecord<>(
                                        Channels.REQUESTS.name(),
                                        keyOf(request),
                                        StagecoachJson.bytes(request))));
            }
            for (Future<?> ack : acks) {
                ack.get(ACK_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new TemporaryFailure("Kafka does not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TemporaryFailure("Kafka was not waited for.", e);
        }
    }

    /** What is about one stream keeps its order. */
    private static @Nullable String keyOf(StreamRequest request) {
        return switch (request) {
            case RepublishRequested republish -> republish.stream();
            case EventsForgotten forgotten -> forgotten.stream();
            case DeploymentsRetired _, StreamsRetired _ -> null;
        };
    }
}
