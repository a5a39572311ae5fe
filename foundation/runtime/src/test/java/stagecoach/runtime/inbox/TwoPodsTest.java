package stagecoach.runtime.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Pod;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.ToyTest;

/**
 * Two pods of one service side by side: the toy service itself, and a second member of its consumer
 * group with a name of its own, which decides about the same streams, too.
 */
@ToyTest
class TwoPodsTest extends InboxScene {
    private static final String GROUP = "toy-listener";
    private static final String SECOND = "second";
    private static final int STREAMS_EACH = 4;

    @Inject Instance<Pod> pods;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    /** As many in each partition, so that a pod has work whichever it gets. */
    private final List<StreamId> streams = spread();

    private static List<StreamId> spread() {
        var streams = new ArrayList<StreamId>();
        for (int partition = 0; partition < AccountKind.TOPIC.partitions(); partition++) {
            for (int i = 0; i < STREAMS_EACH; i++) {
                streams.add(streamIn(partition));
            }
        }
        return List.copyOf(streams);
    }

    /** One whose events go to this partition, which Kafka's clients choose by the key. */
    private static StreamId streamIn(int partition) {
        while (true) {
            var stream = StreamId.of("account", UUID.randomUUID());
            byte[] key = stream.name().getBytes(StandardCharsets.UTF_8);
            if (Utils.toPositive(Utils.murmur2(key)) % AccountKind.TOPIC.partitions()
                    == partition) {
                return stream;
            }
        }
    }

    /** The second pod's listener. It dies without a word, as a process does that is killed. */
    private final class SecondPod implements Runnable {
        final AtomicInteger handled = new AtomicInteger();
        final AtomicBoolean dies = new AtomicBoolean();

        @Override
        public void run() {
            var consumer =
                    new KafkaConsumer<>(
                            Map.<String, Object>of(
                                    ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                    bootstrap,
                                    ConsumerConfig.GROUP_ID_CONFIG,
                                    GROUP,
                                    ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                                    SECOND,
                                    ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                                    6_000,
                                    ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
                                    1_000,
                                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                    false,
                                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                    "earliest"),
                            new StringDeserializer(),
                            new ByteArrayDeserializer());
            consumer.subscribe(List.of(AccountKind.TOPIC.name()));
            try {
                while (!dies.get()) {
                    var records = consumer.poll(Duration.ofMillis(100));
                    if (!records.isEmpty()) {
                        inbox.handle(GROUP, records, AccountEvent.class, InboxScene::hear)
                                .await()
                                .atMost(StagecoachResource.PATIENCE);
                        handled.addAndGet(records.count());
                        // Dying between the effect and the commit is what repeats it elsewhere.
                        if (!dies.get()) {
                            consumer.commitSync();
                        }
                    }
                }
            } finally {
                // A member with a name of its own does not leave by closing: its time runs out.
                consumer.close(CloseOptions.timeout(Duration.ZERO));
            }
        }
    }

    private void deposit(CommandHandler handler, int from, int to) {
        var cause = Cause.of(Clock.systemUTC(), "ann");
        for (StreamId each : streams) {
            handler.handle(ACCOUNTS, each, new Open("ann"), cause);
            for (int i = from; i < to; i++) {
                handler.handle(ACCOUNTS, each, new Deposit(1, "r" + i), cause);
            }
        }
    }

    /** Both pods decide the same at once; each deposit happens once all the same. */
    private void depositInBoth(ExecutorService threads, int from, int to) throws Exception {
        var work = new ArrayList<Future<?>>();
        for (int pod = 0; pod < 2; pod++) {
            var handler = pods.get().handler();
            work.add(threads.submit(() -> deposit(handler, from, to)));
        }
        for (Future<?> each : work) {
            each.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void awaitHeardOnce(long versions) {
        var all = LongStream.rangeClosed(1, versions).boxed().toList();
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(streams)
                                        .allSatisfy(
                                                each ->
                                                        assertThat(heard.versions(GROUP, each))
                                                                .isEqualTo(all)));
    }

    /** How many partitions the second pod has, or those that are not the second one. */
    private static int partitions(Admin admin, boolean ofSecond) throws Exception {
        return Objects.requireNonNull(
                        admin.describeConsumerGroups(List.of(GROUP))
                                .all()
                                .get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .get(GROUP))
                .members()
                .stream()
                .filter(m -> m.groupInstanceId().orElse("").equals(SECOND) == ofSecond)
                .mapToInt(m -> m.assignment().topicPartitions().size())
                .sum();
    }

    /** A service that has just started may still be joining. */
    private static boolean isNotThereYet(Throwable e) {
        return e.getCause() instanceof GroupIdNotFoundException;
    }

    @Test
    void two_pods_share_the_work_and_when_one_is_killed_the_other_takes_over() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var admin =
                        Admin.create(
                                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            var second = new SecondPod();
            var listening = threads.submit(second);
            try {
                await().atMost(StagecoachResource.PATIENCE)
                        .ignoreExceptionsMatching(TwoPodsTest::isNotThereYet)
                        .until(() -> partitions(admin, true) > 0 && partitions(admin, false) > 0);
                depositInBoth(threads, 0, 10);
                awaitHeardOnce(11);
                // The effect is seen before the one who had it has counted it.
                await().atMost(StagecoachResource.PATIENCE).until(() -> second.handled.get() > 0);
            } finally {
                second.dies.set(true);
            }
            depositInBoth(threads, 10, 20);
            listening.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            awaitHeardOnce(21);
            await().atMost(StagecoachResource.PATIENCE).until(() -> partitions(admin, false) == 3);
        }
    }
}
