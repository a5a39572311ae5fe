package stagecoach.runtime.channel;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The connector {@code stagecoach-kafka}: a channel's messages are the batches that its consumer
 * polls, {@code ConsumerRecords<String, byte[]>}, and the next one comes when the last one is
 * acknowledged. Attributes are {@code topics} (with commas between them), {@code group.id}, and any
 * other that a Kafka consumer has.
 */
@ApplicationScoped
@Connector(BatchConnector.NAME)
public class BatchConnector implements InboundConnector {
    static final String NAME = "stagecoach-kafka";

    /** Whoever has not stopped by then is left to the end of the process. */
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final Map<String, Object> broker;
    private final Event<Consumer<?, ?>> opened;
    private final List<PollLoop> loops = new CopyOnWriteArrayList<>();

    BatchConnector(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            KafkaConnection kafka,
            Event<Consumer<?, ?>> opened) {
        var all = new HashMap<>(broker);
        all.putAll(kafka.settings());
        this.broker = Map.copyOf(all);
        this.opened = opened;
    }

    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config channel) {
        String name = channel.getValue("channel-name", String.class);
        var topics = List.of(channel.getValue("topics", String.class).split("\\s*,\\s*"));
        Map<String, Object> attributes = attributes(name, channel);
        var loop = new PollLoop(name, topics, () -> open(attributes));
        loops.add(loop);
        // It waits for each acknowledgement, so that never more than one is on its way.
        return Multi.createFrom()
                .<Message<ConsumerRecords<String, byte[]>>>emitter(
                        loop::start, BackPressureStrategy.BUFFER);
    }

    private Map<String, Object> attributes(String name, Config channel) {
        var attributes = new HashMap<>(broker);
        for (String attribute : ConsumerConfig.configNames()) {
            channel.getOptionalValue(attribute, String.class)
                    .ifPresent(value -> attributes.put(attribute, value));
        }
        attributes.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
        attributes.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return attributes;
    }

    private Consumer<String, byte[]> open(Map<String, Object> attributes) {
        var consumer =
                new KafkaConsumer<>(
                        attributes, new StringDeserializer(), new ByteArrayDeserializer());
        try {
            // Whoever measures consumers learns of it.
            opened.fire(consumer);
        } catch (RuntimeException e) {
            PollLoop.close(consumer);
            throw e;
        }
        return consumer;
    }

    /** After the handlers have heard of it, which then begin nothing again that fails. */
    void stop(@Observes @Priority(2) ShutdownEvent event) {
        loops.forEach(PollLoop::stop);
        long end = System.nanoTime() + STOP_MAX.toNanos();
        loops.forEach(loop -> loop.join(Duration.ofNanos(end - System.nanoTime())));
    }
}
