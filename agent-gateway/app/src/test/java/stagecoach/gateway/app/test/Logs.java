package stagecoach.gateway.app.test;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.Channels;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.wire.StagecoachJson;

/** What stands on {@code stagecoach.logs}. */
public final class Logs {
    private Logs() {}

    /** Entries that are wanted, in their order, once there are so many. */
    public static <E extends LogEntry> List<E> until(
            Class<E> kind, Predicate<E> wanted, int count) {
        Map<String, Object> config =
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        ConfigProvider.getConfig()
                                .getValue("kafka.bootstrap.servers", String.class),
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        "false");
        try (var consumer =
                new KafkaConsumer<>(
                        config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(Channels.LOGS.name()).stream()
                            .map(each -> new TopicPartition(each.topic(), each.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var found = new ArrayList<E>();
            // A consumer belongs to one thread.
            return await().atMost(StagecoachResource.PATIENCE)
                    .pollInSameThread()
                    .until(
                            () -> {
                                for (var record : consumer.poll(Duration.ofMillis(100))) {
                                    LogEntry entry =
                                            StagecoachJson.read(record.value(), LogEntry.class);
                                    if (kind.isInstance(entry) && wanted.test(kind.cast(entry))) {
                                        found.add(kind.cast(entry));
                                    }
                                }
                                return List.copyOf(found);
                            },
                            entries -> entries.size() >= count);
        }
    }
}
