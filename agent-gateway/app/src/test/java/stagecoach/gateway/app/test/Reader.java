package stagecoach.gateway.app.test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import stagecoach.contracts.channel.Channels;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;

/**
 * Reads commands in the name of another gateway process, and dies. It marks none of them as read,
 * so that whoever takes its part over reads them all.
 */
public final class Reader {
    private final CompletableFuture<Set<Integer>> partitions = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean dying;

    private Reader(Map<String, Object> config) {
        thread = Thread.ofPlatform().name("reader").start(() -> run(config));
    }

    /**
     * One that reads.
     *
     * @param member what it is called in its group
     * @param kafkaWaits how long Kafka keeps its part for it when it is silent
     */
    public static Reader of(String bootstrap, String group, String member, Duration kafkaWaits) {
        return new Reader(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrap,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                        member,
                        ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                        Math.toIntExact(kafkaWaits.toMillis()),
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false));
    }

    /** Where the commands of {@code agent} are. */
    public static int partitionOf(AgentId agent) {
        return BuiltInPartitioner.partitionForKey(
                agent.value().getBytes(StandardCharsets.UTF_8),
                Channels.AGENT_COMMANDS.partitions());
    }

    /** Its part, once it has one. */
    public Set<Integer> awaitPartitions() throws Exception {
        return partitions.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** It is gone, and Kafka has not heard of it. */
    public void die() throws InterruptedException {
        dying = true;
        thread.join();
    }

    private void run(Map<String, Object> config) {
        var consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.subscribe(Set.of(Channels.AGENT_COMMANDS.name()));
        while (!dying) {
            var _ = consumer.poll(Duration.ofMillis(100));
            if (!consumer.assignment().isEmpty()) {
                partitions.complete(
                        consumer.assignment().stream()
                                .map(TopicPartition::partition)
                                .collect(Collectors.toSet()));
            }
        }
        consumer.close(
                CloseOptions.timeout(Duration.ofSeconds(5))
                        .withGroupMembershipOperation(
                                CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    }
}
