package stagecoach.runtime.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;

/**
 * Streams that a handler could not go on with. They are tried again once after each start of the
 * service (a new build may understand them), or when somebody asks.
 */
@ApplicationScoped
public class Parking {
    private final UnitOfWork unitOfWork;
    private final MeterRegistry meters;
    private final Alarm alarm;
    private final Patience patience;
    private final Map<String, Met> subscribers = new ConcurrentHashMap<>();
    private final Map<Counted, AtomicLong> counts = new ConcurrentHashMap<>();

    Parking(UnitOfWork unitOfWork, MeterRegistry meters, Alarm alarm, Patience patience) {
        this.unitOfWork = unitOfWork;
        this.meters = meters;
        this.alarm = alarm;
        this.patience = patience;
    }

    /**
     * A stream that waits.
     *
     * @param version of the first parked event
     * @param reason why it was parked
     */
    public record ParkedStream(String handler, StreamId stream, long version, String reason) {}

    /**
     * An event that waits.
     *
     * @param headers its CloudEvents attributes as they came
     * @param data its bytes as text
     */
    public record ParkedEvent(
            long version, String reason, Instant since, Map<String, String> headers, String data) {
        /** Copies the headers. */
        public ParkedEvent {
            headers = Map.copyOf(headers);
        }
    }

    /**
     * A handler of this process.
     *
     * @param one handles one record that does not depend on earlier ones
     * @param streams whether it handles streams in their order, and not record by record
     */
    record Met(Subscriber<?> subscriber, BiConsumer<Tx, Arrived> one, boolean streams) {
        static Met of(Subscriber<?> subscriber) {
            return new Met(
                    subscriber,
                    (tx, record) -> {
                        Arrived event = record.atItsPlace();
                        subscriber.handle(tx, Map.of(event.stream(), List.of(event)));
                    },
                    true);
        }

        boolean inOrder(StreamId stream) {
            return streams && !Arrived.isPlaceOfRecords(stream);
        }
    }

    /** All streams that are parked, by handler and name. */
    public List<ParkedStream> list() {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        """
                                        SELECT DISTINCT ON (handler, stream) handler, stream, version, reason
                                        FROM parked ORDER BY handler, stream, version
                                        """)
                                .stream()
                                .map(
                                        row ->
                                                new ParkedStream(
                                                        (String) Objects.requireNonNull(row[0]),
                                                        new StreamId(
                                                                (String)
                                                                        Objects.requireNonNull(
                                                                                row[1])),
                                                        (Long) Objects.requireNonNull(row[2]),
                                                        (String) Objects.requireNonNull(row[3])))
                                .toList());
    }

    /** The first {@code limit} parked events of a stream, in order; empty if it is not parked. */
    public List<ParkedEvent> events(String handler, StreamId stream, int limit) {
        return unitOfWork.run(
                tx ->
                        tx
                                .rows(
                                        """
                                        SELECT version, reason, since, headers, data FROM parked
                                        WHERE handler = ?1 AND stream = ?2 ORDER BY version LIMIT ?3
                                        """,
                                        handler,
                                        stream.value(),
                                        limit)
                                .stream()
                                .map(row -> event(stream, row))
                                .toList());
    }

    private static ParkedEvent event(StreamId stream, @Nullable Object[] row) {
        var arrived =
                Arrived.of(
                        stream,
                        (Long) Objects.requireNonNull(row[0]),
                        (String) Objects.requireNonNull(row[3]),
                        (byte[]) Objects.requireNonNull(row[4]));
        return new ParkedEvent(
                arrived.version(),
                (String) Objects.requireNonNull(row[1]),
                (Instant) Objects.requireNonNull(row[2]),
                arrived.headers(),
                new String(arrived.data(), StandardCharsets.UTF_8));
    }

    /** Whether this process has met the handler, so that it can replay what is parked for it. */
    public boolean hasMet(String handler) {
        return subscribers.containsKey(handler);
    }

    /**
     * Gives up records that name no event of a stream. An event of a stream is never left out: what
     * comes behind it builds upon it.
     *
     * @return how many they were
     * @throws IllegalArgumentException if it is a stream
     */
    public int discard(String handler, StreamId place) {
        if (!Arrived.isPlaceOfRecords(place)) {
            throw new IllegalArgumentException("%s is a stream.".formatted(place));
        }
        int records =
                unitOfWork.run(
                        tx ->
                                tx.execute(
                                        "DELETE FROM parked WHERE handler = ?1 AND stream = ?2",
                                        handler,
                                        place.value()));
        Log.warnf(
                "Parked records were given up. handler=%s place=%s records=%d",
                handler, place, records);
        return records;
    }

    /**
     * Handles the parked events of a stream again, in order, until one fails again or all are done.
     * Records that are of no stream do not depend on each other: each of them is tried.
     *
     * @return whether the stream is free
     * @throws IllegalArgumentException if this process has seen no such handler
     */
    public boolean replay(String handler, StreamId stream) {
        Met met = subscribers.get(handler);
        if (met == null) {
            throw new IllegalArgumentException("There is no handler \"%s\".".formatted(handler));
        }
        return replay(handler, met, stream);
    }

    private boolean replay(String handler, Met met, StreamId stream) {
        return met.inOrder(stream)
                ? replayInOrder(handler, met.subscriber(), stream)
                : replayEach(handler, met, stream);
    }

    private boolean replayEach(String handler, Met met, StreamId place) {
        var table = met.subscriber().table();
        boolean free = true;
        for (Arrived record : unitOfWork.run(tx -> table.parked(tx, place))) {
            try {
                patience.untilDone(
                        handler,
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            if (table.take(tx, place, record.version())) {
                                                met.one().accept(tx, record);
                                            }
                                        }));
            } catch (Patience.Stopping e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                alarm.fault(handler, place, e);
                explain(handler, table, place, record.version(), e);
                free = false;
            }
        }
        return free;
    }

    private void explain(
            String handler, InboxTable table, StreamId stream, long version, Throwable failure) {
        patience.untilDone(
                handler,
                () ->
                        unitOfWork.execute(
                                tx -> table.explain(tx, stream, version, failure.toString())));
    }

    private boolean replayInOrder(String handler, Subscriber<?> subscriber, StreamId stream) {
        try {
            boolean more = true;
            while (more) {
                var handled = new boolean[1];
                patience.untilDone(
                        handler,
                        () -> {
                            var first = unitOfWork.run(tx -> subscriber.table().parked(tx, stream));
                            subscriber.prepare(first.stream().limit(1).toList());
                            unitOfWork.execute(tx -> handled[0] = subscriber.replayOne(tx, stream));
                        });
                more = handled[0];
            }
            return true;
        } catch (Patience.Stopping e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            alarm.fault(handler, stream, e);
            unitOfWork.run(tx -> subscriber.table().parked(tx, stream)).stream()
                    .findFirst()
                    .ifPresent(
                            first ->
                                    explain(
                                            handler,
                                            subscriber.table(),
                                            stream,
                                            first.version(),
                                            e));
            return false;
        }
    }

    /** A handler's first batch in this process: what it left parked is tried again before it. */
    void meet(String handler, Met met) {
        if (subscribers.put(handler, met) != null) {
            return;
        }
        patience.untilDone(
                handler,
                () -> {
                    var parked = unitOfWork.run(tx -> met.subscriber().table().parkedStreams(tx));
                    for (StreamId stream : parked) {
                        if (replay(handler, met, stream)) {
                            Log.infof(
                                    "A parked stream is free again. handler=%s stream=%s",
                                    handler, stream);
                        }
                    }
                });
    }

    /**
     * Brings the gauges up to date: {@code stagecoach.inbox.parked.streams}, and {@code
     * stagecoach.inbox.held.streams}, which wait for an earlier event.
     */
    void count() {
        set(
                "stagecoach.inbox.parked.streams",
                "SELECT handler, count(DISTINCT stream) FROM parked GROUP BY handler");
        set(
                "stagecoach.inbox.held.streams",
                "SELECT handler, count(DISTINCT stream) FROM gap GROUP BY handler");
    }

    private void set(String gauge, String sql) {
        Map<String, Long> present = new HashMap<>();
        for (@Nullable Object[] row : unitOfWork.run(tx -> tx.rows(sql))) {
            present.put(
                    (String) Objects.requireNonNull(row[0]), (Long) Objects.requireNonNull(row[1]));
        }
        present.keySet().forEach(handler -> counter(gauge, handler));
        subscribers.keySet().forEach(handler -> counter(gauge, handler));
        counts.forEach(
                (of, count) -> {
                    if (of.gauge().equals(gauge)) {
                        count.set(present.getOrDefault(of.handler(), 0L));
                    }
                });
    }

    private record Counted(String gauge, String handler) {}

    private AtomicLong counter(String gauge, String handler) {
        return counts.computeIfAbsent(
                new Counted(gauge, handler),
                of -> {
                    var count = new AtomicLong();
                    Gauge.builder(of.gauge(), count, AtomicLong::get)
                            .tag("handler", of.handler())
                            .register(meters);
                    return count;
                });
    }
}
