package stagecoach.local.launcher.bench;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import stagecoach.local.engines.EngineCommand;
import stagecoach.local.launcher.installation.LocalMachines;

/** The least that a hop can cost here: one record to the broker and back, and one commit. */
public final class BareHop {
    private static final String TOPIC = "bench.bare-hop";
    private static final byte[] PAYLOAD = new byte[1024];

    /** Kept, for a logger that nobody holds forgets its level. */
    private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

    private BareHop() {}

    /** So many, one after the other, in milliseconds. */
    public static Percentiles measure(LocalMachines stack, int messages) throws Exception {
        KAFKA.setLevel(Level.WARNING);
        create(stack);
        var partition = new TopicPartition(TOPIC, 0);
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://" + stack.postgres(),
                                EngineCommand.POSTGRES_USER,
                                stack.postgresPassword());
                var producer =
                        new KafkaProducer<byte[], byte[]>(
                                Map.of(
                                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                        stack.kafka(),
                                        ProducerConfig.ACKS_CONFIG,
                                        "all",
                                        ProducerConfig.LINGER_MS_CONFIG,
                                        0),
                                new ByteArraySerializer(),
                                new ByteArraySerializer());
                var consumer =
                        new KafkaConsumer<byte[], byte[]>(
                                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafka()),
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer())) {
            connection.setAutoCommit(true);
            try (var statement = connection.createStatement()) {
                statement.execute(
                        "CREATE TABLE IF NOT EXISTS public.bench_bare_hop (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea)");
            }
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            List<Double> millis = new ArrayList<>();
            try (var insert =
                    connection.prepareStatement(
                            "INSERT INTO public.bench_bare_hop (data) VALUES (?)")) {
                insert.setBytes(1, PAYLOAD);
                for (int i = 0; i < messages; i++) {
                    long begun = System.nanoTime();
                    var _ = producer.send(new ProducerRecord<>(TOPIC, PAYLOAD));
                    while (consumer.poll(Duration.ofSeconds(5)).isEmpty()) {
                        // Not yet.
                    }
                    insert.executeUpdate();
                    millis.add((System.nanoTime() - begun) / 1e6);
                }
            }
            return Percentiles.of(millis);
        }
    }

    private static void create(LocalMachines stack) throws Exception {
        try (Admin admin =
                Admin.create(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.kafka()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }
}
