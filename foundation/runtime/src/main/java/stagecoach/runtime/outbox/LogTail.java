package stagecoach.runtime.outbox;

import io.quarkus.logging.Log;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.channel.Admins;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.sql.Statements;

/**
 * Remembers what Kafka acknowledged and where, and has it published again when a log lost its tail
 * (a broker that was cut off from its power) or all of it (another cluster). A lost <em>last</em>
 * event shows in no gap of versions, so nobody else could tell. Called within the transaction of
 * the relay that holds the lock; where something is put back its commit waits for the disk.
 */
final class LogTail {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    /** The row goes from the outbox, and stays for a while as what was acknowledged. */
    private static final String ACKNOWLEDGED =
            """
            WITH acked AS (
                SELECT * FROM unnest(?1::bigint[], ?2::integer[], ?3::bigint[]) AS a (id, partition, kafka_offset)
            ), gone AS (
                DELETE FROM outbox o USING acked a WHERE o.id = a.id
                RETURNING o.topic, a.partition, a.kafka_offset, o.stream, o.version, o.slot, o.key, o.type, o.payload
            ), ends AS (
                INSERT INTO log_end (topic, partition, next_offset)
                SELECT topic, partition, max(kafka_offset) + 1 FROM gone GROUP BY topic, partition
                ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset
            )
            INSERT INTO published (topic, partition, kafka_offset, stream, version, slot, key, type, payload, at)
            SELECT topic, partition, kafka_offset, stream, version, slot, key, type, payload, now() FROM gone
            """;

    /** What one partition lost, in its order; of events that are kept no longer nothing. */
    private static final String PUT_BACK =
            """
            WITH lost AS (
                DELETE FROM published WHERE topic = ?1 AND partition = ?2 AND kafka_offset >= ?3
                RETURNING kafka_offset, stream, version, slot, topic, key, type, payload
            )
            INSERT INTO outbox (stream, version, slot, topic, key, type, payload)
            SELECT stream, version, l.slot, l.topic, l.key, l.type, l.payload
            FROM lost l JOIN event e USING (stream, version) ORDER BY l.kafka_offset
            ON CONFLICT DO NOTHING
            """;

    /**
     * All events of a topic, each stream in its order, and the commands of late. Older commands are
     * not repeated: whoever gave them watches over them.
     */
    private static final String PUT_ALL_BACK =
            """
            WITH commands AS (
                DELETE FROM published WHERE topic = ?1
                RETURNING stream, version, slot, topic, key, type, payload, at
            ), lost AS (
                SELECT stream, version, 0 AS slot, topic, key, type, NULL::bytea AS payload,
                       max(at) OVER (PARTITION BY stream ORDER BY version) AS at
                FROM event WHERE topic = ?1
                UNION ALL
                SELECT * FROM commands WHERE slot > 0
            )
            INSERT INTO outbox (stream, version, slot, topic, key, type, payload)
            SELECT stream, version, slot, topic, key, type, payload FROM lost
            ORDER BY at, stream, version, slot
            ON CONFLICT DO NOTHING
            """;

    /**
     * Once others have taken the places in the log, nothing tells any more what was lost: that it
     * is put back must not be undone by a crash of the database.
     */
    private static final String DURABLY = "SET LOCAL synchronous_commit = on";

    private final Supplier<Admin> admins;

    /** Where each log ended when this process was last answered. */
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    LogTail(Supplier<Admin> admins) {
        this.admins = admins;
    }

    /** A connection that gives up soon. */
    static Admin admin(KafkaConnection kafka) {
        return Admins.open(kafka, "log-tail", ANSWER_MAX);
    }

    /** A row of the outbox that Kafka has, and where. */
    record Acked(long id, TopicPartition partition, long offset) {}

    private record End(long next, long forgotten) {}

    /**
     * Puts back into the outbox what the log no longer has, and tells whether it was anything.
     * Nothing may be sent before this is committed.
     *
     * @throws KafkaException if Kafka does not answer
     */
    synchronized boolean restore(Statements tx) {
        Map<TopicPartition, End> known = known(tx);
        try (Admin admin = admins.get()) {
            String cluster = answer(admin.describeCluster().clusterId());
            if (isAnother(tx, cluster)) {
                putEverythingBack(tx);
                ends.clear();
                return true;
            }
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            known.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
            boolean lost = false;
            for (var found : answer(admin.listOffsets(latest).all()).entrySet()) {
                End end = Objects.requireNonNull(known.get(found.getKey()));
                long next = found.getValue().offset();
                if (next < end.next()) {
                    putBack(tx, found.getKey(), next, end.forgotten());
                    lost = true;
                }
                ends.put(found.getKey(), next);
            }
            return lost;
        }
    }

    /** Takes from the outbox what Kafka has. */
    synchronized void acknowledged(Statements tx, List<Acked> acked) {
        if (acked.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> first = new HashMap<>();
        Map<TopicPartition, Long> last = new HashMap<>();
        for (Acked row : acked) {
            first.merge(row.partition(), row.offset(), Math::min);
            last.merge(row.partition(), row.offset() + 1, Math::max);
        }
        first.forEach(
                (partition, offset) -> {
                    // A log only grows, unless it lost its tail while we were looking.
                    if (offset < ends.getOrDefault(partition, 0L)) {
                        End end = known(tx).getOrDefault(partition, new End(0, 0));
                        putBack(tx, partition, offset, end.forgotten());
                    }
                });
        tx.executeLater(
                ACKNOWLEDGED,
                acked.stream().map(Acked::id).toArray(Long[]::new),
                acked.stream().map(row -> row.partition().partition()).toArray(Integer[]::new),
                acked.stream().map(Acked::offset).toArray(Long[]::new));
        ends.putAll(last);
    }

    private static Map<TopicPartition, End> known(Statements tx) {
        var known = new HashMap<TopicPartition, End>();
        for (@Nullable Object[] row :
                tx.rows("SELECT topic, partition, next_offset, forgotten FROM log_end")) {
            known.put(
                    new TopicPartition(
                            (String) Objects.requireNonNull(row[0]),
                            (Integer) Objects.requireNonNull(row[1])),
                    new End(
                            (Long) Objects.requireNonNull(row[2]),
                            (Long) Objects.requireNonNull(row[3])));
        }
        return known;
    }

    /** Whether all that is known is about another cluster than this; the new one is remembered. */
    private static boolean isAnother(Statements tx, String cluster) {
        List<@Nullable Object[]> before = tx.rows("SELECT cluster FROM log_cluster");
        tx.execute(
                "INSERT INTO log_cluster (cluster) VALUES (?1) ON CONFLICT (only_one) DO UPDATE SET cluster = excluded.cluster",
                cluster);
        return !before.isEmpty() && !cluster.equals(before.getFirst()[0]);
    }

    private static void putBack(Statements tx, TopicPartition partition, long end, long forgotten) {
        tx.execute(DURABLY);
        int rows;
        if (end < forgotten) {
            rows = tx.execute(PUT_ALL_BACK, partition.topic());
            tx.execute("UPDATE log_end SET forgotten = 0 WHERE topic = ?1", partition.topic());
        } else {
            rows = tx.execute(PUT_BACK, partition.topic(), partition.partition(), end);
        }
        tx.execute(
                "UPDATE log_end SET next_offset = ?3 WHERE topic = ?1 AND partition = ?2",
                partition.topic(),
                partition.partition(),
                end);
        Log.errorf(
                "Kafka lost the end of a log that it had acknowledged; it is published again. topic=%s partition=%d end=%d rows=%d",
                partition.topic(), partition.partition(), end, rows);
    }

    private static void putEverythingBack(Statements tx) {
        tx.execute(DURABLY);
        int rows = 0;
        for (@Nullable Object[] topic :
                tx.rows(
                        "SELECT topic FROM log_end UNION SELECT DISTINCT topic FROM event WHERE topic IS NOT NULL")) {
            rows += tx.execute(PUT_ALL_BACK, topic[0]);
        }
        tx.execute("DELETE FROM log_end");
        Log.errorf("This is another Kafka cluster; all events are published again. rows=%d", rows);
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(ANSWER_MAX.toMillis() + 500, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("Kafka does not answer.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Kafka was not waited for.", e);
        }
    }
}
