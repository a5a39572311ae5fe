package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.OwnRelay;
import stagecoach.runtime.toy.ToyTest;

/** Each test has a topic of its own, which loses what it had by being deleted and created again. */
@ToyTest
@TestProfile(OwnRelay.class)
class LogTailTest {
    private static final Cause CAUSE = Cause.of(Clock.systemUTC(), "ann");

    @Inject UnitOfWork unitOfWork;
    @Inject CommandHandler handler;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    private final Topic topic =
            new Topic("toy.tail-" + UUID.randomUUID(), 1, Duration.ofDays(1), "producer");
    private final TopicPartition partition = new TopicPartition(topic.name(), 0);
    private final AccountKind kind =
            new AccountKind() {
                @Override
                public Topic topic() {
                    return topic;
                }
            };
    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final List<Relay> relays = new ArrayList<>();
    private Admin admin;

    @BeforeEach
    void createTopic() throws Exception {
        admin = SharedAdmin.of(bootstrap);
        admin.createTopics(List.of(new NewTopic(topic.name(), 1, (short) 1))).all().get();
    }

    @AfterEach
    void close() throws Exception {
        relays.forEach(Relay::close);
        // Later relays of this schema must not look for a log that is gone.
        unitOfWork.execute(
                tx -> {
                    for (String table : List.of("log_end", "published", "outbox", "event")) {
                        tx.execute(
                                "DELETE FROM %s WHERE topic = ?1".formatted(table), topic.name());
                    }
                });
        admin.deleteTopics(List.of(topic.name())).all().get();
    }

    /** As after a start of the service. */
    private Relay relay() {
        return relay(Duration.ofDays(1));
    }

    private Relay relay(Duration lookEvery) {
        return relay(lookEvery, point -> {});
    }

    private Relay relay(Duration lookEvery, Consumer<Relay.Point> at) {
        var relay =
                new Relay(
                        unitOfWork,
                        "toy",
                        () -> Producers.open(KafkaConnection.open(bootstrap), "tail", "none"),
                        new LogTail(() -> SharedAdmin.of(bootstrap)),
                        lookEvery,
                        at);
        relays.add(relay);
        return relay;
    }

    private void append(int deposits) {
        handler.handle(kind, stream, new Open("ann"), CAUSE);
        for (int i = 1; i <= deposits; i++) {
            handler.handle(kind, stream, new Deposit(1, "r" + i), CAUSE);
        }
    }

    private static void untilSent(Relay relay) {
        await().atMost(StagecoachResource.PATIENCE)
                .ignoreExceptionsInstanceOf(TemporaryFailure.class)
                .until(() -> relay.cycle() == Relay.Outcome.NOTHING);
    }

    private void loseLog() {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            if (admin.listTopics().names().get().contains(topic.name())) {
                                admin.deleteTopics(List.of(topic.name())).all().get();
                            }
                            try {
                                admin.createTopics(
                                                List.of(new NewTopic(topic.name(), 1, (short) 1)))
                                        .all()
                                        .get();
                                return true;
                            } catch (ExecutionException stillBeingDeleted) {
                                return false;
                            }
                        });
    }

    /** The ids of what the log has. */
    private List<String> log() {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var ids = new ArrayList<String>();
            while (consumer.position(partition) < end) {
                for (var each : consumer.poll(Duration.ofMillis(200))) {
                    var id = each.headers().lastHeader("ce_id");
                    ids.add(id == null ? "other" : new String(id.value(), StandardCharsets.UTF_8));
                }
            }
            return ids;
        }
    }

    private List<String> ids(long... versions) {
        var ids = new ArrayList<String>();
        for (long version : versions) {
            ids.add(stream + "/" + version);
        }
        return ids;
    }

    @Test
    void a_log_that_lost_everything_gets_it_again_at_the_next_start_and_in_order() {
        append(3);
        untilSent(relay());
        assertThat(log()).isEqualTo(ids(1, 2, 3, 4));
        loseLog();
        untilSent(relay());
        assertThat(log()).isEqualTo(ids(1, 2, 3, 4));
        // Once is enough.
        untilSent(relay());
        assertThat(log()).isEqualTo(ids(1, 2, 3, 4));
    }

    @Test
    void a_log_that_lost_its_last_records_gets_only_those_again() throws Exception {
        append(3);
        untilSent(relay());
        loseLog();
        try (var producer = Producers.open(KafkaConnection.open(bootstrap), "filler", "none")) {
            producer.send(new ProducerRecord<>(topic.name(), "key", new byte[0])).get();
            producer.send(new ProducerRecord<>(topic.name(), "key", new byte[0])).get();
        }
        untilSent(relay());
        assertThat(log()).containsExactly("other", "other", stream + "/3", stream + "/4");
    }

    @Test
    void a_log_that_lost_everything_gets_it_again_even_if_the_relay_dies_while_it_sends() {
        append(3);
        untilSent(relay());
        loseLog();
        handler.handle(kind, stream, new Deposit(1, "after"), CAUSE);
        Relay dies =
                relay(
                        Duration.ofDays(1),
                        point -> {
                            if (point == Relay.Point.SENDING) {
                                // The place of the first lost record is taken by another one now.
                                await().atMost(StagecoachResource.PATIENCE)
                                        .until(() -> !log().isEmpty());
                                throw new IllegalStateException("killed");
                            }
                        });
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            try {
                                dies.cycle();
                                return false;
                            } catch (IllegalStateException killed) {
                                return true;
                            }
                        });
        untilSent(relay());
        assertThat(log()).containsAll(ids(1, 2, 3, 4, 5));
    }

    @Test
    void a_log_that_loses_its_tail_under_a_relay_that_works_gets_it_again() {
        var relay = relay();
        append(3);
        untilSent(relay);
        loseLog();
        handler.handle(kind, stream, new Deposit(1, "after"), CAUSE);
        untilSent(relay);
        assertThat(log()).containsAll(ids(1, 2, 3, 4, 5));
    }

    @Test
    void a_log_that_loses_its_tail_under_a_relay_with_nothing_to_send_gets_it_again() {
        append(2);
        Relay relay = relay(Duration.ofMillis(100));
        untilSent(relay);
        loseLog();
        await().atMost(StagecoachResource.PATIENCE)
                .ignoreExceptionsInstanceOf(TemporaryFailure.class)
                .untilAsserted(
                        () -> {
                            relay.cycle();
                            assertThat(log()).containsExactlyElementsOf(ids(1, 2, 3));
                        });
    }

    @Test
    void what_was_forgotten_of_late_comes_from_the_store() {
        append(3);
        untilSent(relay());
        unitOfWork.execute(
                tx -> {
                    tx.execute("DELETE FROM published WHERE topic = ?1", topic.name());
                    tx.execute(
                            "UPDATE log_end SET forgotten = next_offset WHERE topic = ?1",
                            topic.name());
                });
        loseLog();
        untilSent(relay());
        assertThat(log()).isEqualTo(ids(1, 2, 3, 4));
    }

    @Test
    void another_cluster_gets_all_events() {
        append(3);
        untilSent(relay());
        unitOfWork.execute(tx -> tx.execute("UPDATE log_cluster SET cluster = 'another'"));
        untilSent(relay());
        assertThat(log()).isEqualTo(ids(1, 2, 3, 4, 1, 2, 3, 4));
    }
}
