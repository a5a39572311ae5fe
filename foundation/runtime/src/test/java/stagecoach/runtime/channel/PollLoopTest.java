package stagecoach.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smallrye.mutiny.Multi;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.outbox.Producers;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class PollLoopTest {
    private static final int PARTITIONS = 2;

    /** As long as this no test waits. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private final String topic = "toy.loop-" + UUID.randomUUID();
    private final List<Pod> pods = new ArrayList<>();

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    @BeforeEach
    void makeTopic() throws Exception {
        try (var admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
        }
    }

    @AfterEach
    void stopAll() {
        pods.forEach(Pod::stop);
    }

    @Test
    void what_was_acknowledged_before_a_stop_does_not_come_again() throws Exception {
        send(0, "a", "b");
        Pod first = pod("one");
        first.acknowledgeUntil("a", "b");
        first.stop();
        send(0, "c");

        Pod again = pod("one");

        again.acknowledgeUntil("c");
        assertThat(again.seen).containsExactly("c");
    }

    @Test
    void what_was_not_acknowledged_when_the_service_stopped_comes_again() throws Exception {
        send(0, "a");
        Pod first = pod("one");
        first.next();
        first.stop();

        Pod again = pod("one");

        again.acknowledgeUntil("a");
    }

    @Test
    void a_batch_that_failed_comes_again_and_nothing_behind_it_comes_before() throws Exception {
        send(0, "a");
        Pod pod = pod("one");
        var failed = pod.next();
        send(0, "b");
        failed.nack(new IllegalStateException("not yet"));

        var again = pod.next();
        assertThat(texts(again)).containsExactly("a");
        again.ack();
        pod.acknowledgeUntil("b");
    }

    @Test
    void while_a_batch_takes_long_nothing_else_comes_and_another_process_gets_its_share()
            throws Exception {
        send(0, "a");
        Pod busy = pod("one");
        var slow = busy.next();

        Pod other = pod("two");
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                other.partitions() + busy.partitions() == PARTITIONS
                                        && other.partitions() == 1);
        send(0, "b");
        send(1, "c");

        assertThat(busy.batches).isEmpty();
        slow.ack();
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            busy.acknowledgeAll();
                            other.acknowledgeAll();
                            var seen = new ArrayList<>(busy.seen);
                            seen.addAll(other.seen);
                            return seen.containsAll(List.of("a", "b", "c"));
                        });
    }

    @Test
    void the_partitions_of_a_process_that_stops_are_taken_over_at_once() {
        Pod one = pod("one", LONG);
        Pod two = pod("two", LONG);
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            one.acknowledgeAll();
                            return one.partitions() == 1 && two.partitions() == 1;
                        });
        one.stop();
        await().atMost(StagecoachResource.PATIENCE).until(() -> two.partitions() == PARTITIONS);
    }

    private void send(int partition, String... texts) throws Exception {
        try (var producer = Producers.open(KafkaConnection.open(bootstrap), "loop", "none")) {
            for (String text : texts) {
                producer.send(
                                new ProducerRecord<>(
                                        topic,
                                        partition,
                                        "key",
                                        text.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
    }

    private static List<String> texts(Message<ConsumerRecords<String, byte[]>> batch) {
        var texts = new ArrayList<String>();
        batch.getPayload()
                .forEach(record -> texts.add(new String(record.value(), StandardCharsets.UTF_8)));
        return texts;
    }

    private Pod pod(String name) {
        return pod(name, Duration.ofSeconds(10));
    }

    private Pod pod(String name, Duration silenceMax) {
        var pod = new Pod(name, silenceMax);
        pods.add(pod);
        return pod;
    }

    /** A process with this one channel. */
    private final class Pod {
        private final BlockingQueue<Message<ConsumerRecords<String, byte[]>>> batches =
                new LinkedBlockingQueue<>();
        private final List<String> seen = new ArrayList<>();
        private final PollLoop loop;

        /** Only for its assignment, which may be looked at when the loop lets it. */
        private volatile KafkaConsumer<String, byte[]> consumer;

        private Pod(String name, Duration silenceMax) {
            loop = new PollLoop(name, List.of(topic), () -> consumer = open(name, silenceMax));
            Multi.createFrom()
                    .<Message<ConsumerRecords<String, byte[]>>>emitter(loop::start)
                    .subscribe()
                    .with(batches::add);
        }

        private KafkaConsumer<String, byte[]> open(String name, Duration silenceMax) {
            return new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            bootstrap,
                            ConsumerConfig.GROUP_ID_CONFIG,
                            "group-" + topic,
                            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                            name,
                            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                            "earliest",
                            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                            false,
                            ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                            Math.toIntExact(silenceMax.toMillis())),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
        }

        Message<ConsumerRecords<String, byte[]>> next() throws InterruptedException {
            var batch = batches.poll(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(batch).as("a batch").isNotNull();
            return batch;
        }

        void acknowledgeUntil(String... texts) throws InterruptedException {
            while (!seen.containsAll(List.of(texts))) {
                var batch = next();
                seen.addAll(texts(batch));
                batch.ack();
            }
        }

        void acknowledgeAll() {
            for (var batch = batches.poll(); batch != null; batch = batches.poll()) {
                seen.addAll(texts(batch));
                batch.ack();
            }
        }

        int partitions() {
            return (int)
                    consumer.metrics().entrySet().stream()
                            .filter(each -> each.getKey().name().equals("assigned-partitions"))
                            .mapToDouble(each -> (Double) each.getValue().metricValue())
                            .sum();
        }

        void stop() {
            loop.stop();
            loop.join(StagecoachResource.PATIENCE);
        }
    }
}
