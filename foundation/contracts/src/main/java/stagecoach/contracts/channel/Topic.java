package stagecoach.contracts.channel;

import java.time.Duration;

/**
 * A Kafka topic.
 *
 * @param partitions never changed in place: it would reorder keys
 * @param retention how long records stay
 * @param compression the producer's codec, or {@code producer} to leave it
 */
public record Topic(String name, int partitions, Duration retention, String compression) {}
