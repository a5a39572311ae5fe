package stagecoach.runtime.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
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
    private final Map<String, Subscriber<?>> subscribers = new ConcurrentHashMap<>();
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

    /**
     * Handles the parked events of a stream again, in order, until one fails again or all are done.
     *
     * @return whether the stream is free
     * @throws IllegalArgumentException if this process has seen no such handler
     */
    public boolean replay(String handler, StreamId stream) {
        Subscriber<?> subscriber = subscribers.get(handler);
        if (subscriber == null) {
            throw new IllegalArgumentException("There is no handler \"%s\".".formatted(handler));
        }
        return replay(handler, subscriber, stream);
    }

    private boolean replay(String handler, Subscriber<?> subscriber, StreamId stream) {
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
            return false;
        }
    }

    /** A handler's first batch in this process: what it left parked is tried again before it. */
    void meet(String handler, Subscriber<?> subscriber) {
        if (subscribers.put(handler, subscriber) != null) {
            return;
        }
        patience.untilDone(
                handler,
                () -> {
                    var parked = unitOfWork.run(tx -> subscriber.table().parkedStreams(tx));
                    for (StreamId stream : parked) {
                        if (replay(handler, subscriber, stream)) {
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
