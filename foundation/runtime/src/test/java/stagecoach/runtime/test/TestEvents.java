package stagecoach.runtime.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.codec.Codecs;
import stagecoach.runtime.codec.Envelope;
import stagecoach.wire.StagecoachJson;

/**
 * Plays the other services: publishes what they would, and sees what the one under test publishes.
 */
public final class TestEvents {
    private static final Codecs CODECS = Codecs.withoutUpcasters();

    private TestEvents() {}

    /** Publishes an event as its owner's relay would, with the stream's name as key. */
    public static void publish(
            Topic topic, StreamId stream, long version, Object event, EventAttributes attributes) {
        publish(topic, stream, version, event, attributes, Instant.now());
    }

    /** The same, decided at a time of one's own. */
    public static void publish(
            Topic topic,
            StreamId stream,
            long version,
            Object event,
            EventAttributes attributes,
            Instant at) {
        var envelope =
                new Envelope(
                        stream,
                        version,
                        0,
                        Codecs.typeOf(event),
                        "test",
                        at,
                        attributes.deployment().map(Object::toString),
                        attributes.project().map(Object::toString),
                        attributes.environment().map(Object::toString),
                        attributes.run().map(run -> run.value()),
                        Optional.empty(),
                        Optional.of("test"));
        send(topic.name(), stream.name(), CODECS.encode(event), envelope.headers());
    }

    /** Publishes a command to a tentacle; {@code stream} and {@code version} say what caused it. */
    public static void publish(AgentCommand command, StreamId stream, long version) {
        var envelope =
                new Envelope(
                        stream,
                        version,
                        1,
                        Codecs.typeOf(command),
                        "test",
                        Instant.now(),
                        Optional.of(command.context().deployment().value()),
                        Optional.of(command.context().project().value()),
                        Optional.of(command.context().environment().value()),
                        Optional.of(command.context().run().value()),
                        Optional.empty(),
                        Optional.of("test"));
        send(
                Channels.AGENT_COMMANDS.name(),
                command.agent().value(),
                CODECS.encode(command),
                envelope.headers());
    }

    /** Publishes a log entry. */
    public static void publish(LogEntry entry) {
        send(
                Channels.LOGS.name(),
                entry.deployment().value(),
                StagecoachJson.bytes(entry),
                Map.of("content-type", "application/json"));
    }

    /** Publishes any bytes with any headers, and returns when the broker has them. */
    public static void send(String topic, String key, byte[] data, Map<String, String> headers) {
        Map<String, Object> config =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap(),
                        ProducerConfig.ACKS_CONFIG,
                        "all");
        try (var producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            var record = new ProducerRecord<>(topic, key, data);
            headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
            producer.send(record).get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot be published to " + topic, e);
        }
    }

    /** Everything on a topic, from its beginning and as it comes. Close it. */
    public static Subscription consume(Topic topic) {
        return new Subscription(topic.name());
    }

    private static String bootstrap() {
        return ConfigProvider.getConfig().getValue("kafka.bootstrap.servers", String.class);
    }

    /** A record with a CloudEvent's headers, as it was read. */
    public record Seen(String key, Envelope envelope, String json) {
        /** The event. */
        public <E> E event(Class<E> family) {
            return CODECS.decode(family, envelope.type(), json.getBytes(UTF_8));
        }
    }

    /** Reads one topic, all partitions. Not for two threads. */
    public static final class Subscription implements AutoCloseable {
        private final KafkaConsumer<String, byte @Nullable []> consumer;
        private final List<Seen> seen = new ArrayList<>();

        private Subscription(String topic) {
            consumer =
                    new KafkaConsumer<>(
                            Map.of(
                                    ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                    bootstrap(),
                                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                    "false"),
                            new StringDeserializer(),
                            new ByteArrayDeserializer());
            var partitions =
                    consumer.partitionsFor(topic).stream()
                            .map(p -> new TopicPartition(topic, p.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** All that has been seen so far, in order per partition. */
        public List<Seen> poll() {
            for (var record : consumer.poll(Duration.ofMillis(100))) {
                byte[] data = record.value();
                if (data != null) {
                    seen.add(
                            new Seen(
                                    record.key(),
                                    Envelope.of(Envelope.textOf(record.headers())),
                                    new String(data, UTF_8)));
                }
            }
            return List.copyOf(seen);
        }

        /** What belongs to {@code stream}, once {@code enough} says so. */
        public List<Seen> until(StreamId stream, Predicate<List<Seen>> enough) {
            long end = System.nanoTime() + StagecoachResource.PATIENCE.toNanos();
            while (true) {
                var its =
                        poll().stream().filter(s -> s.envelope().stream().equals(stream)).toList();
                if (enough.test(its)) {
                    return its;
                }
                if (System.nanoTime() > end) {
                    throw new AssertionError("of %s only %s came".formatted(stream, its));
                }
            }
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
