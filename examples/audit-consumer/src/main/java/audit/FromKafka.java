package audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topics of events. The place is kept in the ledger, together with what was made of the
 * events before it; so no consumer group is needed, and nothing has to be written to Kafka.
 */
final class FromKafka {
    /** The other topics of Stagecoach carry commands, output and requests. */
    private static final List<String> TOPICS =
            List.of(
                    "stagecoach.deployments",
                    "stagecoach.configuration",
                    "stagecoach.steps",
                    "stagecoach.acquisitions",
                    "stagecoach.agents",
                    "stagecoach.packages");

    private static final Duration WAIT = Duration.ofMillis(500);
    private static final ObjectMapper JSON = new ObjectMapper();

    private FromKafka() {}

    /**
     * Reads until it is interrupted.
     *
     * @param settings of the connection; at least {@code bootstrap.servers}
     */
    static void read(Properties settings, Ledger ledger) throws IOException {
        var all = new Properties();
        all.putAll(settings);
        all.put("allow.auto.create.topics", "false");
        all.put("enable.auto.commit", "false");
        // A place that is no longer there: all is read again, and versions tell what is new.
        all.put("auto.offset.reset", "earliest");
        try (var consumer =
                new KafkaConsumer<>(all, new StringDeserializer(), new ByteArrayDeserializer())) {
            begin(consumer, ledger);
            while (!Thread.currentThread().isInterrupted()) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
                    Optional<Event> event = eventIn(record);
                    if (event.isPresent()) {
                        ledger.take(event.get());
                    }
                    ledger.state()
                            .offsets
                            .put(record.topic() + "-" + record.partition(), record.offset() + 1);
                }
                ledger.settle();
            }
        }
    }

    private static void begin(KafkaConsumer<String, byte[]> consumer, Ledger ledger)
            throws IOException {
        var partitions = new ArrayList<TopicPartition>();
        for (String topic : TOPICS) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found.isEmpty()) {
                throw new IOException("The topic %s is not there (yet).".formatted(topic));
            }
            found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(partitions);
        for (TopicPartition partition : partitions) {
            @Nullable Long offset = ledger.state().offsets.get(partition.toString());
            if (offset == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, offset);
            }
        }
    }

    /** A CloudEvent in binary mode: the headers say what it is, the value is its data. */
    static Optional<Event> eventIn(ConsumerRecord<String, byte[]> record) {
        @Nullable String stream = header(record, "ce_subject");
        @Nullable String version = header(record, "ce_streamversion");
        @Nullable String type = header(record, "ce_type");
        @Nullable String time = header(record, "ce_time");
        if (stream == null || version == null || type == null || time == null) {
            return unreadable(record, "it is no CloudEvent of a stream");
        }
        try {
            JsonNode data = JSON.readTree(new String(record.value(), StandardCharsets.UTF_8));
            return Optional.of(
                    new Event(
                            stream,
                            Long.parseLong(version),
                            type,
                            time,
                            header(record, "ce_actor"),
                            data));
        } catch (JsonProcessingException | NumberFormatException e) {
            return unreadable(record, String.valueOf(e.getMessage()));
        }
    }

    /** Said, and passed over: if it was an event, its stream has a gap from now on. */
    private static Optional<Event> unreadable(ConsumerRecord<String, byte[]> record, String why) {
        System.err.printf(
                "unreadable: %s-%d at %d: %s%n",
                record.topic(), record.partition(), record.offset(), why);
        return Optional.empty();
    }

    private static @Nullable String header(ConsumerRecord<String, byte[]> record, String name) {
        @Nullable Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }
}
