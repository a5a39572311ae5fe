package stagecoach.runtime.outbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.codec.Envelope;

/**
 * Brings what waits in {@code outbox} to Kafka, in one transaction per cycle: of all relays of a
 * schema one works at a time, it sends in the order of the ids, and a row goes only when Kafka has
 * it. Whenever it opens a producer, and now and then while nothing waits, it looks whether the log
 * still has what was acknowledged. So a stream's events reach the log in order; some may reach it
 * again. Not for two threads.
 */
final class Relay implements AutoCloseable {
    private static final int ROWS_MAX = 500;

    /**
     * Longer than the producer's own time-out, shorter than the database's for an idle transaction.
     */
    private static final Duration ACKS_MAX = Duration.ofSeconds(26);

    /**
     * Goes with the statement behind it, which sees whether the lock was taken. The commit need not
     * wait for the disk: what a crash of the database undoes, only lets rows be sent again that
     * Kafka has, as a crash of this process does before its commit. For what is put back see {@link
     * LogTail}.
     */
    private static final String LOCK =
            """
            SELECT set_config('synchronous_commit', 'off', true), set_config('stagecoach.relay',
                pg_try_advisory_xact_lock(hashtextextended('stagecoach relay ' || current_schema(), 0))::text, true)
            """;

    /** At least one row, which begins with whether this relay has the lock. */
    private static final String WAITING =
            """
            SELECT current_setting('stagecoach.relay') = 'true', w.*
            FROM (VALUES (1)) one LEFT JOIN LATERAL (
                SELECT o.id, o.stream, o.version, o.slot, o.topic, o.key, o.type, coalesce(o.payload, e.data),
                       e.at, e.actor, e.causation, e.deployment, e.project, e.environment, e.run
                FROM outbox o JOIN event e ON e.stream = o.stream AND e.version = o.version
                WHERE current_setting('stagecoach.relay') = 'true'
                ORDER BY o.id LIMIT %d
            ) w ON true ORDER BY w.id
            """
                    .formatted(ROWS_MAX);

    /** What a cycle came to. */
    enum Outcome {
        /** Another relay is at work. */
        ELSEWHERE,
        NOTHING,
        /** All that waited when it looked. */
        SENT,
        /** As many as go at once; more may wait. */
        MORE,
        /** Something could not be sent; it is still there. */
        FAILED
    }

    /** Where a cycle stands, for tests that let it die there. */
    enum Point {
        LOCKED,
        SELECTED,
        SENDING,
        ACKNOWLEDGED,
        DELETED,
        COMMITTED
    }

    private final UnitOfWork unitOfWork;
    private final String source;
    private final Supplier<Producer<String, byte[]>> producers;
    private final Consumer<Point> at;
    private final LogTail tail;
    private final Duration lookEvery;
    private @Nullable Producer<String, byte[]> producer;
    private long lookedAt;

    Relay(
            UnitOfWork unitOfWork,
            String source,
            Supplier<Producer<String, byte[]>> producers,
            LogTail tail,
            Duration lookEvery,
            Consumer<Point> at) {
        this.unitOfWork = unitOfWork;
        this.source = source;
        this.producers = producers;
        this.tail = tail;
        this.lookEvery = lookEvery;
        this.at = at;
    }

    /** Sends up to 500 records. */
    Outcome cycle() {
        try {
            Outcome outcome = unitOfWork.run(this::cycle);
            at.accept(Point.COMMITTED);
            return outcome;
        } catch (RuntimeException | Error e) {
            // Records may be under way; they must not come after what is sent next time.
            close();
            throw e;
        }
    }

    private Outcome cycle(Tx tx) {
        tx.executeLater(LOCK);
        List<@Nullable Object[]> rows = tx.rows(WAITING);
        if (!Boolean.TRUE.equals(rows.getFirst()[0])) {
            return Outcome.ELSEWHERE;
        }
        at.accept(Point.LOCKED);
        if (producer == null) {
            Optional<Outcome> looked = look(tx);
            if (looked.isPresent()) {
                return looked.get();
            }
            producer = producers.get();
        }
        List<Waiting> waiting =
                rows.stream().filter(row -> row[1] != null).map(this::waiting).toList();
        if (waiting.isEmpty()) {
            // With nothing to send, nothing else would show what the log has lost.
            boolean due = System.nanoTime() - lookedAt >= lookEvery.toNanos();
            return due ? look(tx).orElse(Outcome.NOTHING) : Outcome.NOTHING;
        }
        at.accept(Point.SELECTED);
        List<LogTail.Acked> gone = acknowledged(waiting, producer, at);
        at.accept(Point.ACKNOWLEDGED);
        if (gone.size() < waiting.size()) {
            // A later batch of this producer could land before an earlier one that timed out.
            close();
        }
        tail.acknowledged(tx, gone);
        at.accept(Point.DELETED);
        if (gone.size() < waiting.size()) {
            return Outcome.FAILED;
        }
        return waiting.size() == ROWS_MAX ? Outcome.MORE : Outcome.SENT;
    }

    /**
     * Asks Kafka whether it has what it acknowledged. If it does not, or does not answer, that is
     * all this cycle comes to: what is put back is committed before anything is sent, since the
     * records that are sent take the places that tell what was lost.
     */
    private Optional<Outcome> look(Tx tx) {
        lookedAt = System.nanoTime();
        try {
            return tail.restore(tx) ? Optional.of(Outcome.MORE) : Optional.empty();
        } catch (KafkaException e) {
            return Optional.of(Outcome.FAILED);
        }
    }

    /** What Kafka has, per stream up to its first failure. */
    private static List<LogTail.Acked> acknowledged(
            List<Waiting> waiting, Producer<String, byte[]> producer, Consumer<Point> at) {
        long end = System.nanoTime() + ACKS_MAX.toNanos();
        var acks = new ArrayList<Future<RecordMetadata>>(waiting.size());
        for (Waiting row : waiting) {
            if (!queued(row, producer, acks)) {
                // What follows is not sent either: it could only fail or overtake.
                break;
            }
            at.accept(Point.SENDING);
        }
        var gone = new ArrayList<LogTail.Acked>(waiting.size());
        Set<StreamId> broken = new HashSet<>();
        for (int i = 0; i < waiting.size(); i++) {
            Waiting row = waiting.get(i);
            Optional<RecordMetadata> ack =
                    i < acks.size() ? acked(acks.get(i), end) : Optional.empty();
            if (ack.isEmpty()) {
                broken.add(row.envelope().stream());
            } else if (!broken.contains(row.envelope().stream())) {
                gone.add(
                        new LogTail.Acked(
                                row.id(),
                                new TopicPartition(ack.get().topic(), ack.get().partition()),
                                ack.get().offset()));
            }
        }
        return gone;
    }

    /** False if a record did not get so far as to be sent; each may wait for Kafka before that. */
    private static boolean queued(
            Waiting row, Producer<String, byte[]> producer, List<Future<RecordMetadata>> acks) {
        try {
            Future<RecordMetadata> ack = producer.send(row.toRecord());
            acks.add(ack);
            return ack.state() != Future.State.FAILED;
        } catch (KafkaException e) {
            return false;
        }
    }

    /** Where Kafka has it. If it has it but cannot tell where, it is sent again. */
    private static Optional<RecordMetadata> acked(Future<RecordMetadata> ack, long end) {
        try {
            var place = ack.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            return Optional.of(place).filter(RecordMetadata::hasOffset);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Lets go of the producer at once; the next cycle opens another one. */
    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    private Waiting waiting(@Nullable Object[] row) {
        var envelope =
                new Envelope(
                        new StreamId((String) required(row[2])),
                        (Long) required(row[3]),
                        (Integer) required(row[4]),
                        (String) required(row[7]),
                        source,
                        (Instant) required(row[9]),
                        Optional.ofNullable((String) row[12]),
                        Optional.ofNullable((String) row[13]),
                        Optional.ofNullable((String) row[14]),
                        Optional.ofNullable((Integer) row[15]),
                        Optional.ofNullable((String) row[11]),
                        Optional.ofNullable((String) row[10]));
        return new Waiting(
                (Long) required(row[1]),
                (String) required(row[5]),
                (String) required(row[6]),
                envelope,
                (byte[]) required(row[8]));
    }

    private static Object required(@Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("a column that is NOT NULL came as null");
        }
        return value;
    }

    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    private record Waiting(long id, String topic, String key, Envelope envelope, byte[] data) {
        ProducerRecord<String, byte[]> toRecord() {
            var record = new ProducerRecord<>(topic, key, data);
            envelope.addTo(record.headers());
            return record;
        }
    }
}
