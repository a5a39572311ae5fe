package stagecoach.packages.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.Channels;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.wire.StagecoachJson;

/** What is told of a deployment on {@code stagecoach.logs}. */
final class Logs implements AutoCloseable {
    private final KafkaConsumer<String, byte[]> consumer =
            new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            ConfigProvider.getConfig()
                                    .getValue("kafka.bootstrap.servers", String.class)),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
    private final DeploymentId deployment;
    private final List<LogEntry> seen = new ArrayList<>();

    Logs(DeploymentId deployment) {
        this.deployment = deployment;
        var partitions =
                consumer.partitionsFor(Channels.LOGS.name()).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** All entries so far. */
    List<LogEntry> poll() {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
            if (record.key().equals(deployment.value())) {
                seen.add(StagecoachJson.read(record.value(), LogEntry.class));
            }
        }
        return List.copyOf(seen);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
