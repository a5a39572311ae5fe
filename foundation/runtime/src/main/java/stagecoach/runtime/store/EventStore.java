package stagecoach.runtime.store;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.runtime.sql.Statements;

/** Appends to streams and reads them. It decodes nothing. */
@Singleton
public class EventStore {
    private static final String TAIL =
            "SELECT version, type, data, at FROM event WHERE stream = ?1 AND version > ?2 ORDER BY version";

    private static final String TAILS =
            """
            SELECT e.stream, e.version, e.type, e.data, e.at
            FROM unnest(?1::text[], ?2::bigint[]) AS s (stream, version)
            JOIN event e ON e.stream = s.stream AND e.version > s.version
            ORDER BY e.stream, e.version
            """;

    /** One statement that is parsed once, however many rows there are; so is the next one. */
    private static final String EVENTS =
            """
            INSERT INTO event (stream, version, type, data, at, actor, causation, deployment, project, environment, run, topic, key)
            SELECT * FROM unnest(?1::text[], ?2::bigint[], ?3::text[], ?4::bytea[], ?5::timestamptz[], ?6::text[], ?7::text[],
                ?8::text[], ?9::text[], ?10::text[], ?11::integer[], ?12::text[], ?13::text[])
            """;

    /** The ids are given in the order of the list. */
    private static final String OUTBOX =
            """
            INSERT INTO outbox (stream, version, slot, topic, key, type, payload)
            SELECT stream, version, slot, topic, key, type, payload
            FROM unnest(?1::text[], ?2::bigint[], ?3::integer[], ?4::text[], ?5::text[], ?6::text[], ?7::bytea[])
                WITH ORDINALITY AS o (stream, version, slot, topic, key, type, payload, place)
            ORDER BY place
            """;

    /** What waits anyway is not doubled; none of it is deleted meanwhile. */
    private static final String REPUBLISH =
            """
            INSERT INTO outbox (stream, version, slot, topic, key, type)
            SELECT stream, version, 0, topic, key, type FROM event
            WHERE stream = ?1 AND version BETWEEN ?2 AND ?3 AND topic IS NOT NULL
            ORDER BY version LIMIT 5000 FOR KEY SHARE
            ON CONFLICT DO NOTHING
            """;

    /**
     * Appends all events, then all outbox rows: the ids of the latter are thereby given late, after
     * the streams' keys are locked, and ascend within each stream.
     *
     * @param appends of several of one stream, the later ones behind the earlier ones
     *     <p>If one of the streams has gone on since, the next statement or the commit fails with a
     *     {@link ConcurrentAppend}, and the transaction is lost.
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
                outbox.add(
                        new OutboxRow(
                                stream.value(),
                                next,
                                0,
                                event.topic(),
                                event.key(),
                                event.type(),
                                null));
                int slot = 0;
                for (NewEvent.NewCommand command : event.commands()) {
                    slot++;
                    outbox.add(
                            new OutboxRow(
                                    stream.value(),
                                    next,
                                    slot,
                                    command.topic(),
                                    command.key(),
                                    command.type(),
                                    command.payload()));
                }
            }
        }
        insertEvents(tx, rows, e -> raced(appends, e));
        insertOutbox(tx, outbox);
    }

    private static RuntimeException raced(List<Append> appends, RuntimeException failure) {
        return SqlFailures.isViolationOf("event_pkey", failure)
                ? new ConcurrentAppend(
                        appends.stream().map(Append::stream).collect(Collectors.toSet()), failure)
                : failure;
    }

    private static void insertEvents(
            Statements tx, List<EventRow> rows, UnaryOperator<RuntimeException> failed) {
        tx.executeLater(
                failed,
                EVENTS,
                texts(rows, row -> row.stream),
                rows.stream().map(row -> row.version).toArray(Long[]::new),
                texts(rows, row -> row.type),
                rows.stream().map(row -> row.data).toArray(byte[][]::new),
                rows.stream().map(row -> row.at).toArray(Instant[]::new),
                texts(rows, row -> row.actor),
                texts(rows, row -> row.causation),
                texts(rows, row -> row.deployment),
                texts(rows, row -> row.project),
                texts(rows, row -> row.environment),
                rows.stream().map(row -> row.run).toArray(Integer[]::new),
                texts(rows, row -> row.topic),
                texts(rows, row -> row.key));
    }

    private static void insertOutbox(Statements tx, List<OutboxRow> rows) {
        tx.executeLater(
                OUTBOX,
                texts(rows, OutboxRow::stream),
                rows.stream().map(OutboxRow::version).toArray(Long[]::new),
                rows.stream().map(OutboxRow::slot).toArray(Integer[]::new),
                texts(rows, OutboxRow::topic),
                texts(rows, OutboxRow::key),
                texts(rows, OutboxRow::type),
                rows.stream().map(OutboxRow::payload).toArray(byte[][]::new));
    }

    private static <R> @Nullable String[] texts(
            List<R> rows, Function<R, @Nullable String> column) {
        @Nullable String[] texts = new @Nullable String[rows.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = column.apply(rows.get(i));
        }
        return texts;
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

    /** The events of streams behind the version of each, in order; of those that have any. */
    public Map<StreamId, List<StoredEvent>> tails(Statements tx, Map<StreamId, Long> versions) {
        var tails = new HashMap<StreamId, List<StoredEvent>>();
        for (SqlRow row :
                tx.select(
                        TAILS,
                        versions.keySet().stream().map(StreamId::value).toArray(String[]::new),
                        versions.values().toArray(Long[]::new))) {
            tails.computeIfAbsent(new StreamId(row.text(0)), _ -> new ArrayList<>())
                    .add(new StoredEvent(row.number(1), row.text(2), row.bytes(3), row.instant(4)));
        }
        return tails;
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
}
