package stagecoach.runtime.store;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import stagecoach.decider.StreamId;
import stagecoach.runtime.sql.Statements;

/** Appends to streams and reads them. It decodes nothing. */
@Singleton
public class EventStore {
    private static final String TAIL =
            "SELECT version, type, data, at FROM event WHERE stream = ?1 AND version > ?2 ORDER BY version";

    /** What waits anyway is not doubled. */
    private static final String REPUBLISH =
            """
            INSERT INTO outbox (stream, version, slot, topic, key, type)
            SELECT stream, version, 0, topic, key, type FROM event
            WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 AND topic IS NOT NULL
            ORDER BY version LIMIT 5000
            ON CONFLICT DO NOTHING
            """;

    /**
     * Appends all events, then all outbox rows: the ids of the latter are thereby given late, after
     * the streams' keys are locked, and ascend within each stream.
     *
     * @param appends of several of one stream, the later ones behind the earlier ones
     * @throws ConcurrentAppend if one of the streams has gone on since; the transaction is lost
     */
    public void append(Statements tx, List<Append> appends) {
        var rows = new ArrayList<EventRow>();
        var outbox = new ArrayList<OutboxRow>();
        for (Append append : appends) {
            StreamId stream = append.stream();
            long next = append.version();
            for (NewEvent event : append.events()) {
                next++;
                rows.add(row(stream, next, event));
                outbox.add(outboxRow(stream, next, 0, event.topic(), event.key(), event.type()));
                int slot = 0;
                for (NewEvent.NewCommand command : event.commands()) {
                    slot++;
                    var out =
                            outboxRow(
                                    stream,
                                    next,
                                    slot,
                                    command.topic(),
                                    command.key(),
                                    command.type());
                    out.payload = command.payload();
                    outbox.add(out);
                }
            }
        }
        try {
            tx.insertAll(rows);
        } catch (RuntimeException e) {
            if (SqlFailures.isViolationOf("event_pkey", e)) {
                throw new ConcurrentAppend(
                        appends.stream().map(Append::stream).collect(Collectors.toSet()), e);
            }
            throw e;
        }
        tx.insertAll(outbox);
    }

    /** The stream's events behind {@code version}, in order. */
    public List<StoredEvent> tail(Statements tx, StreamId stream, long version) {
        var events = new ArrayList<StoredEvent>();
        for (Object[] row : tx.rows(TAIL, stream.value(), version)) {
            events.add(
                    new StoredEvent(
                            (Long) row[0], (String) row[1], (byte[]) row[2], (Instant) row[3]));
        }
        return events;
    }

    /**
     * Has events of a stream published again, those between the two versions and as many at once as
     * is reasonable.
     *
     * @return how many of them this service has
     */
    public int republish(Statements tx, String stream, long from, long upTo) {
        return tx.execute(REPUBLISH, stream, from, upTo);
    }

    private static EventRow row(StreamId stream, long version, NewEvent event) {
        var row = new EventRow();
        row.stream = stream.value();
        row.version = version;
        row.type = event.type();
        row.data = event.data();
        row.at = event.at();
        row.actor = event.actor();
        row.causation = event.causation().orElse(null);
        row.deployment = event.deployment().orElse(null);
        row.project = event.project().orElse(null);
        row.environment = event.environment().orElse(null);
        row.run = event.run().orElse(null);
        row.topic = event.topic();
        row.key = event.key();
        return row;
    }

    private static OutboxRow outboxRow(
            StreamId stream, long version, int slot, String topic, String key, String type) {
        var row = new OutboxRow();
        row.stream = stream.value();
        row.version = version;
        row.slot = slot;
        row.topic = topic;
        row.key = key;
        row.type = type;
        return row;
    }
}
