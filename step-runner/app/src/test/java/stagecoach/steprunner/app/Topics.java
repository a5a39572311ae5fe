package stagecoach.steprunner.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.contracts.channel.Topic;

/** Reads topics byte by byte, to see what does not stand there. */
final class Topics {
    private Topics() {}

    /** Keys, headers and values of every record that is on the topic now, byte for character. */
    static String everythingOn(Topic topic) {
        Map<String, Object> config =
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        ConfigProvider.getConfig()
                                .getValue("kafka.bootstrap.servers", String.class),
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        "false");
        var text = new StringBuilder();
        try (var consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions =
                    consumer.partitionsFor(topic.name()).stream()
                            .map(info -> new TopicPartition(topic.name(), info.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    append(text, record.key());
                    append(text, record.value());
                    record.headers().forEach(header -> append(text, header.value()));
                }
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, byte[] bytes) {
        if (bytes != null) {
            text.append(new String(bytes, ISO_8859_1)).append('\n');
        }
    }
}
