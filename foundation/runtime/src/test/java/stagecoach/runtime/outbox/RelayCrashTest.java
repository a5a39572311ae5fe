package stagecoach.runtime.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Pod;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.runtime.sql.Statements;
import stagecoach.runtime.store.Append;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.OwnRelay;
import stagecoach.runtime.toy.ToyTest;

/**
 * Two pods append, two relays publish, and everything dies at any moment: between any two
 * statements of an append, at any point of a relay's cycle, by a database that ends connections.
 * Nothing is lost, skipped or out of order in the log, and everything has its effect once.
 */
@ToyTest
@TestProfile(OwnRelay.class)
class RelayCrashTest {
    private static final int STREAMS = 4;
    private static final int DEPOSITS = 12;

    @Inject UnitOfWork unitOfWork;
    @Inject Instance<Pod> pods;
    @Inject Inbox inbox;
    @Inject Heard heard;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    private LogTail tail;

    @BeforeEach
    void openTail() {
        tail = new LogTail(() -> SharedAdmin.of(bootstrap));
    }

    static List<Long> seeds() {
        // More of them: -Dstagecoach.seeds=1000
        return LongStream.rangeClosed(1, Long.getLong("stagecoach.seeds", 6)).boxed().toList();
    }

    /** A process dies here. */
    private static final class Crash extends RuntimeException {
        Crash() {
            super("crash", null, false, false);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void two_relays_and_a_crash_anywhere_lose_skip_or_reorder_nothing(long seed) throws Exception {
        play(seed, false);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_producer_that_fails_and_overtakes_itself_has_no_effect_on_what_is_handled(long seed)
            throws Exception {
        play(seed + 1_000, true);
    }

    private void play(long seed, boolean brokenProducers) throws Exception {
        var streams =
                IntStream.range(0, STREAMS)
                        .mapToObj(i -> StreamId.of("account", UUID.randomUUID()))
                        .toList();
        var allAppended = new AtomicBoolean();
        try (var consumer = consumer();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var work = new ArrayList<Future<?>>();
            for (int pod = 0; pod < 2; pod++) {
                var random = new Random(seed * 31 + pod);
                var handler = pods.get().handler(new CrashingStore(random));
                work.add(threads.submit(() -> append(handler, streams)));
            }
            var relays = new ArrayList<Future<?>>();
            for (int relay = 0; relay < 2; relay++) {
                var random = new Random(seed * 37 + relay);
                relays.add(threads.submit(() -> relay(random, brokenProducers, allAppended)));
            }
            for (var each : work) {
                each.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            allAppended.set(true);
            for (var each : relays) {
                each.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            var records = readAll(consumer, streams);
            if (!brokenProducers) {
                assertInOrder(seed, records);
            }
            assertHandledOnce(seed, records, streams);
        }
    }

    /**
     * Deposits everything into every stream, however often it must be said; a repeat changes
     * nothing.
     */
    private static void append(CommandHandler handler, List<StreamId> streams) {
        var cause = Cause.of(Clock.systemUTC(), "ann");
        for (StreamId stream : streams) {
            untilDone(() -> handler.handle(ACCOUNTS, stream, new Open("ann"), cause));
        }
        for (int i = 0; i < DEPOSITS; i++) {
            String reference = (i % 5 == 0 ? "tell-" : "r") + i;
            for (StreamId stream : streams) {
                untilDone(() -> handler.handle(ACCOUNTS, stream, new Deposit(1, reference), cause));
            }
        }
    }

    private static void untilDone(Runnable command) {
        while (true) {
            try {
                command.run();
                return;
            } catch (Crash | TemporaryFailure e) {
                // The process died, or the connection: whoever asked asks again.
                Thread.onSpinWait();
            }
        }
    }

    /** An append that dies between its statements, by itself or because the connection is ended. */
    private static final class CrashingStore extends EventStore {
        private final Random random;

        CrashingStore(Random random) {
            this.random = random;
        }

        @Override
        public void append(Statements tx, List<Append> appends) {
            int dieBefore = random.nextInt(12);
            boolean byDatabase = random.nextBoolean();
            super.append(
                    new Statements() {
                        private int statement;

                        @Override
                        public void insertAll(List<?> entities) {
                            tx.insertAll(entities);
                        }

                        @Override
                        public void executeLater(
                                UnaryOperator<RuntimeException> failed,
                                String sql,
                                Object... positional) {
                            if (statement++ == dieBefore) {
                                die(tx, byDatabase);
                            }
                            tx.executeLater(failed, sql, positional);
                        }

                        @Override
                        public int execute(String sql, Object... positional) {
                            return tx.execute(sql, positional);
                        }

                        @Override
                        public List<Object[]> rows(String sql, Object... positional) {
                            return tx.rows(sql, positional);
                        }
                    },
                    appends);
            if (dieBefore == 2) {
                die(tx, byDatabase);
            }
        }

        private static void die(Statements tx, boolean byDatabase) {
            if (byDatabase) {
                tx.rows("SELECT pg_terminate_backend(pg_backend_pid())");
            }
            throw new Crash();
        }
    }

    private boolean relay(Random random, boolean brokenProducers, AtomicBoolean allAppended) {
        var relay = newRelay(random, brokenProducers);
        while (true) {
            try {
                boolean last = allAppended.get();
                Relay.Outcome outcome = relay.cycle();
                if (last && outcome == Relay.Outcome.NOTHING) {
                    relay.close();
                    return true;
                }
            } catch (Crash e) {
                // Another process takes over.
                relay.close();
                relay = newRelay(random, brokenProducers);
            } catch (TemporaryFailure e) {
                Thread.onSpinWait();
            }
        }
    }

    private Relay newRelay(Random random, boolean brokenProducers) {
        return new Relay(
                unitOfWork,
                "toy",
                () -> {
                    Producer<String, byte[]> producer =
                            Producers.open(
                                    KafkaConnection.open(bootstrap),
                                    "relay-" + random.nextInt(),
                                    "none");
                    return brokenProducers ? BrokenProducer.around(producer, random) : producer;
                },
                tail,
                Duration.ofMillis(100),
                point -> {
                    if (random.nextInt(point == Relay.Point.SENDING ? 60 : 12) == 0) {
                        throw new Crash();
                    }
                });
    }

    private KafkaConsumer<String, byte[]> consumer() {
        var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        String topic = AccountKind.TOPIC.name();
        var partitions =
                consumer.partitionsFor(topic).stream()
                        .map(p -> new TopicPartition(topic, p.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    /** Everything that was published of these streams, batch by batch. */
    private static List<ConsumerRecords<String, byte[]>> readAll(
            KafkaConsumer<String, byte[]> consumer, List<StreamId> streams) {
        var batches = new ArrayList<ConsumerRecords<String, byte[]>>();
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream()
                .anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
            batches.add(only(consumer.poll(Duration.ofMillis(200)), streams));
        }
        return batches;
    }

    private static ConsumerRecords<String, byte[]> only(
            ConsumerRecords<String, byte[]> records, List<StreamId> streams) {
        var kept = new HashMap<TopicPartition, List<ConsumerRecord<String, byte[]>>>();
        for (ConsumerRecord<String, byte[]> record : records) {
            if (streams.contains(envelope(record).stream())) {
                kept.computeIfAbsent(
                                new TopicPartition(record.topic(), record.partition()),
                                p -> new ArrayList<>())
                        .add(record);
            }
        }
        return new ConsumerRecords<>(kept, Map.of());
    }

    private static Envelope envelope(ConsumerRecord<String, byte[]> record) {
        return Envelope.of(Envelope.textOf(record.headers()));
    }

    private static void assertInOrder(long seed, List<ConsumerRecords<String, byte[]>> batches) {
        var seen = new HashMap<StreamId, Long>();
        for (var batch : batches) {
            for (var record : batch) {
                var envelope = envelope(record);
                long known = seen.getOrDefault(envelope.stream(), 0L);
                assertThat(envelope.version())
                        .as("seed %d, %s", seed, envelope.stream())
                        .isLessThanOrEqualTo(known + 1);
                seen.put(envelope.stream(), Math.max(known, envelope.version()));
            }
        }
        assertThat(seen.values()).as("seed %d", seed).containsOnly(DEPOSITS + 1L).hasSize(STREAMS);
    }

    /** The inbox gets it all, some of it twice and again later. */
    private void assertHandledOnce(
            long seed, List<ConsumerRecords<String, byte[]>> batches, List<StreamId> streams) {
        var random = new Random(seed);
        String handler = "crash-" + seed + "-" + streams.getFirst().name();
        var given = new ArrayList<ConsumerRecords<String, byte[]>>();
        for (var batch : batches) {
            given.add(batch);
            handle(handler, batch);
            if (random.nextInt(3) == 0) {
                // As after a rebalance before the offsets were committed; and two pods may even
                // overlap.
                var again = given.get(random.nextInt(given.size()));
                var twice = CompletableFuture.runAsync(() -> handle(handler, again));
                handle(handler, again);
                twice.join();
            }
        }
        for (StreamId stream : streams) {
            assertThat(heard.versions(handler, stream))
                    .as("seed %d, %s", seed, stream)
                    .isEqualTo(LongStream.rangeClosed(1, DEPOSITS + 1).boxed().toList());
        }
    }

    private void handle(String handler, ConsumerRecords<String, byte[]> batch) {
        inbox.handle(handler, batch, AccountEvent.class, RelayCrashTest::hear)
                .await()
                .atMost(StagecoachResource.PATIENCE);
    }

    private static void hear(Tx tx, List<InboxEvent<AccountEvent>> events) {
        for (InboxEvent<AccountEvent> event : events) {
            tx.execute(
                    "INSERT INTO heard (handler, stream, version, what) VALUES (?1, ?2, ?3, '')",
                    event.handler(),
                    event.stream().value(),
                    event.version());
        }
    }
}
