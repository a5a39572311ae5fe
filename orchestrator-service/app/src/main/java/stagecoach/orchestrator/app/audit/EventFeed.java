package stagecoach.orchestrator.app.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.EventType;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.codec.Envelope;
import stagecoach.runtime.inbox.PublishedEvent;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.wire.StagecoachJson;

/** Gives every event its number, once, and reads them again. */
@ApplicationScoped
class EventFeed {
    /**
     * Keeps events; those that are kept already change nothing. The numbers are given last, so that
     * the lock that makes them gapless is held shortly.
     */
    void keep(Tx tx, List<PublishedEvent> published) {
        List<PublishedEvent> fresh = unseen(tx, published);
        if (fresh.isEmpty()) {
            return;
        }
        List<FeedRow> rows = fresh.stream().map(EventFeed::row).toList();
        long last =
                number(
                        tx.select(
                                "UPDATE feed_head SET seq = seq + ?1 RETURNING seq",
                                (long) rows.size()));
        tx.execute(
                """
                INSERT INTO feed (seq, type, at, deployment, project, environment, event)
                SELECT ?1 + place, type, at, deployment, project, environment, event
                FROM unnest(?2::text[], ?3::timestamptz[], ?4::text[], ?5::text[], ?6::text[], ?7::text[])
                    WITH ORDINALITY AS f (type, at, deployment, project, environment, event, place)
                """,
                last - rows.size(),
                texts(rows, row -> row.type),
                rows.stream().map(row -> row.at).toArray(Instant[]::new),
                texts(rows, row -> row.deployment),
                texts(rows, row -> row.project),
                texts(rows, row -> row.environment),
                texts(rows, row -> row.event));
    }

    private static @Nullable String[] texts(
            List<FeedRow> rows, Function<FeedRow, @Nullable String> column) {
        @Nullable String[] texts = new @Nullable String[rows.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = column.apply(rows.get(i));
        }
        return texts;
    }

    private static List<PublishedEvent> unseen(Tx tx, List<PublishedEvent> published) {
        String[] streams =
                published.stream()
                        .map(event -> event.envelope().stream().value())
                        .toArray(String[]::new);
        // Where there is none, the empty text, which no deployment is called.
        String[] deployments =
                published.stream()
                        .map(event -> event.envelope().deployment().orElse(""))
                        .toArray(String[]::new);
        Long[] versions =
                published.stream().map(event -> event.envelope().version()).toArray(Long[]::new);
        Set<String> fresh = new HashSet<>();
        for (var row :
                tx.select(
                        """
                        INSERT INTO feed_seen (stream, version)
                        SELECT DISTINCT s, v
                        FROM unnest(CAST(?1 AS text[]), CAST(?2 AS bigint[]), CAST(?3 AS text[])) AS e (s, v, d)
                        WHERE NOT EXISTS (SELECT 1 FROM retired WHERE deployment = d)
                        ORDER BY s, v
                        ON CONFLICT DO NOTHING RETURNING stream, version""",
                        streams,
                        versions,
                        deployments)) {
            fresh.add(row.text(0) + "/" + row.number(1));
        }
        List<PublishedEvent> events = new ArrayList<>();
        for (PublishedEvent event : published) {
            if (fresh.remove(event.envelope().id())) {
                events.add(event);
            }
        }
        return events;
    }

    private static FeedRow row(PublishedEvent published) {
        Envelope envelope = published.envelope();
        var row = new FeedRow();
        row.type = new EventType(envelope.type()).bareName();
        row.at = envelope.time();
        row.deployment = envelope.deployment().orElse(null);
        row.project = envelope.project().orElse(null);
        row.environment = envelope.environment().orElse(null);
        row.event = cloudEvent(envelope, published.json());
        return row;
    }

    /** The event in CloudEvents' JSON format. */
    private static String cloudEvent(Envelope envelope, String data) {
        ObjectNode event = StagecoachJson.mapper().createObjectNode();
        event.put("specversion", "1.0");
        event.put("id", envelope.id());
        event.put("type", envelope.type());
        event.put("source", envelope.source());
        event.put("subject", envelope.stream().value());
        event.put("time", envelope.time().toString());
        event.put("datacontenttype", "application/json");
        event.put("streamversion", envelope.version());
        envelope.deployment().ifPresent(id -> event.put("deploymentid", id));
        envelope.project().ifPresent(id -> event.put("project", id));
        envelope.environment().ifPresent(id -> event.put("environment", id));
        envelope.run().ifPresent(run -> event.put("run", run));
        envelope.causation().ifPresent(id -> event.put("causationid", id));
        envelope.actor().ifPresent(actor -> event.put("actor", actor));
        try {
            event.set("data", StagecoachJson.mapper().readTree(data));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(envelope.id() + " has data that is no JSON", e);
        }
        return KeyHashes.without(StagecoachJson.text(event));
    }

    /** The place behind the last event. */
    EventCursor head(Tx tx) {
        var row = tx.select("SELECT incarnation, seq FROM feed_head").getFirst();
        return new EventCursor(row.number(0), row.number(1));
    }

    /** The place before the first event that is kept. */
    EventCursor start(Tx tx) {
        var row = tx.select("SELECT incarnation, forgotten FROM feed_head").getFirst();
        return new EventCursor(row.number(0), row.number(1));
    }

    /** The place before the first event that was decided at {@code since} or later. */
    EventCursor since(Tx tx, Instant since) {
        EventCursor head = head(tx);
        List<SqlRow> found =
                tx.select(
                        "SELECT min(seq) FROM feed WHERE at >= ?1 AND seq <= ?2",
                        since,
                        head.seq());
        long last = found.getFirst().optionalNumber(0).map(seq -> seq - 1).orElse(head.seq());
        return new EventCursor(head.incarnation(), last);
    }

    /**
     * Refuses a place in a feed that was replaced by an older one.
     *
     * @throws InvalidInput if that happened
     * @throws TooOld if events behind it are no longer kept
     */
    void check(Tx tx, EventCursor cursor) {
        EventCursor head = head(tx);
        if (cursor.incarnation() != head.incarnation() || cursor.seq() > head.seq()) {
            throw new InvalidInput(
                    "?cursor",
                    "This cursor belongs to events that were lost when the database was restored. Begin with cursor=start, and expect some again.");
        }
        EventCursor start = start(tx);
        if (cursor.seq() < start.seq()) {
            throw new TooOld(start.seq() - cursor.seq(), start);
        }
    }

    /** Events behind a cursor are no longer kept. */
    static final class TooOld extends RuntimeException {
        private final long missed;
        private final transient EventCursor oldest;

        private TooOld(long missed, EventCursor oldest) {
            super("the cursor is too old", null, false, false);
            this.missed = missed;
            this.oldest = oldest;
        }

        /** What is wrong and what to do. */
        String sentence() {
            return "%d events behind this cursor are no longer kept (GET /api/v1/retention tells for how long). The oldest place that there is: %s. Go on there or with cursor=start, and know that those events are missing."
                    .formatted(missed, oldest.text());
        }
    }

    /** The events between two places, as JSON, each with its number. */
    List<FeedRow> between(Tx tx, EventFilter filter, long after, long upTo, int limit) {
        var hql = new StringBuilder("from FeedRow where seq > ?1 and seq <= ?2");
        List<Object> values = new ArrayList<>(List.of(after, upTo));
        narrow(hql, values, "deployment", filter.deployment);
        narrow(hql, values, "project", filter.project);
        narrow(hql, values, "environment", filter.environment);
        if (!filter.types().isEmpty()) {
            values.add(filter.types());
            hql.append(" and type in ?").append(values.size());
        }
        List<FeedRow> rows =
                tx.page(
                        FeedRow.class,
                        hql.append(" order by seq").toString(),
                        limit,
                        values.toArray());
        // Rows of older versions hold them.
        rows.forEach(row -> row.event = KeyHashes.without(row.event));
        return rows;
    }

    private static void narrow(
            StringBuilder hql, List<Object> values, String field, @Nullable String wanted) {
        if (wanted != null && !wanted.isBlank()) {
            values.add(wanted.replace('\0', '?'));
            hql.append(" and ").append(field).append(" = ?").append(values.size());
        }
    }

    private static long number(List<SqlRow> rows) {
        return rows.getFirst().number(0);
    }
}
