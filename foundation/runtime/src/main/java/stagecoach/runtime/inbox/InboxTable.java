package stagecoach.runtime.inbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Tx;

/** The statements about what one handler has dealt with: inbox, gap, parked. */
final class InboxTable {
    private final String handler;

    InboxTable(String handler) {
        this.handler = handler;
    }

    /**
     * @param version the last event that was handled
     * @param held whether later ones wait for one that is missing
     * @param parked whether later ones are parked
     */
    record Position(long version, boolean held, boolean parked) {}

    /**
     * What is at hand of a stream, without a gap.
     *
     * @param deployment the deployment whose stream it is, if it is one's
     * @param first the version that it begins with
     * @param last the version that it ends with
     */
    record Step(StreamId stream, Optional<String> deployment, long first, long last) {}

    /**
     * The compare-and-set of the plain case, for streams of which each is there once.
     *
     * @return those that stood exactly before their step and have made it. A stream of a deployment
     *     that is kept no longer does not begin again
     */
    Set<StreamId> advance(Tx tx, List<Step> steps) {
        var beginning = steps.stream().filter(step -> step.first() == 1).toList();
        var goingOn = steps.stream().filter(step -> step.first() > 1).toList();
        var advanced = new HashSet<StreamId>();
        if (!beginning.isEmpty()) {
            advanced.addAll(
                    streams(
                            tx.rows(
                                    """
                                    INSERT INTO inbox (handler, stream, version)
                                    SELECT ?1, s.stream, s.version
                                    FROM unnest(?2::text[], ?3::bigint[], ?4::text[]) AS s(stream, version, deployment)
                                    WHERE NOT EXISTS (SELECT 1 FROM retired r WHERE r.deployment = s.deployment)
                                    ON CONFLICT DO NOTHING RETURNING stream
                                    """,
                                    handler,
                                    texts(beginning, step -> step.stream().value()),
                                    numbers(beginning, Step::last),
                                    texts(beginning, step -> step.deployment().orElse("")))));
        }
        if (!goingOn.isEmpty()) {
            advanced.addAll(
                    streams(
                            tx.rows(
                                    """
                                    UPDATE inbox i SET version = s.last
                                    FROM unnest(?2::text[], ?3::bigint[], ?4::bigint[]) AS s(stream, before, last)
                                    WHERE i.handler = ?1 AND i.stream = s.stream AND i.version = s.before
                                        AND NOT i.held AND NOT i.parked
                                    RETURNING i.stream
                                    """,
                                    handler,
                                    texts(goingOn, step -> step.stream().value()),
                                    numbers(goingOn, step -> step.first() - 1),
                                    numbers(goingOn, Step::last))));
        }
        return advanced;
    }

    private static String[] texts(List<Step> steps, Function<Step, String> text) {
        return steps.stream().map(text).toArray(String[]::new);
    }

    private static Long[] numbers(List<Step> steps, Function<Step, Long> number) {
        return steps.stream().map(number).toArray(Long[]::new);
    }

    private static List<StreamId> streams(List<@Nullable Object[]> rows) {
        return rows.stream()
                .map(row -> new StreamId((String) Objects.requireNonNull(row[0])))
                .toList();
    }

    /** Whether the deployment is kept no longer: nothing about it is handled any more. */
    static boolean isRetired(Tx tx, String deployment) {
        return !tx.rows("SELECT 1 FROM retired WHERE deployment = ?1", deployment).isEmpty();
    }

    /** Where the handler stands, locked until the end of the transaction. */
    Position lock(Tx tx, StreamId stream) {
        tx.execute(
                "INSERT INTO inbox (handler, stream, version) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING",
                handler,
                stream.value());
        @Nullable Object[] row =
                tx.rows(
                                "SELECT version, held, parked FROM inbox WHERE handler = ?1 AND stream = ?2 FOR UPDATE",
                                handler,
                                stream.value())
                        .getFirst();
        return new Position(
                (Long) Objects.requireNonNull(row[0]),
                Boolean.TRUE.equals(row[1]),
                Boolean.TRUE.equals(row[2]));
    }

    void set(Tx tx, StreamId stream, Position position) {
        tx.execute(
                "UPDATE inbox SET version = ?3, held = ?4, parked = ?5 WHERE handler = ?1 AND stream = ?2",
                handler,
                stream.value(),
                position.version(),
                position.held(),
                position.parked());
    }

    /** Keeps an event that came too early; false if it is kept already. */
    boolean hold(Tx tx, Arrived early, Instant now) {
        return tx.execute(
                        "INSERT INTO gap (handler, stream, version, headers, data, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                        handler,
                        early.stream().value(),
                        early.version(),
                        early.headersJson(),
                        early.data(),
                        now)
                == 1;
    }

    List<Arrived> held(Tx tx, StreamId stream) {
        return kept(tx, "gap", stream);
    }

    void release(Tx tx, StreamId stream, long upTo) {
        tx.execute(
                "DELETE FROM gap WHERE handler = ?1 AND stream = ?2 AND version <= ?3",
                handler,
                stream.value(),
                upTo);
    }

    /** Parks an event; false if it is parked already. */
    boolean park(Tx tx, Arrived event, String reason, Instant now) {
        return tx.execute(
                        "INSERT INTO parked (handler, stream, version, headers, data, reason, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                        handler,
                        event.stream().value(),
                        event.version(),
                        event.headersJson(),
                        event.data(),
                        reason,
                        now)
                == 1;
    }

    List<Arrived> parked(Tx tx, StreamId stream) {
        return kept(tx, "parked", stream);
    }

    void unpark(Tx tx, StreamId stream, long upTo) {
        tx.execute(
                "DELETE FROM parked WHERE handler = ?1 AND stream = ?2 AND version <= ?3",
                handler,
                stream.value(),
                upTo);
    }

    /**
     * Takes one parked record that does not depend on earlier ones.
     *
     * @return false if it is no longer there
     */
    boolean take(Tx tx, StreamId stream, long version) {
        return tx.execute(
                        "DELETE FROM parked WHERE handler = ?1 AND stream = ?2 AND version = ?3",
                        handler,
                        stream.value(),
                        version)
                == 1;
    }

    /** Says why a parked event still cannot be handled. */
    void explain(Tx tx, StreamId stream, long version, String reason) {
        tx.execute(
                "UPDATE parked SET reason = ?4 WHERE handler = ?1 AND stream = ?2 AND version = ?3",
                handler,
                stream.value(),
                version,
                reason);
    }

    List<StreamId> parkedStreams(Tx tx) {
        return streams(
                tx.rows(
                        "SELECT stream FROM inbox WHERE handler = ?1 AND parked UNION SELECT stream FROM parked WHERE handler = ?1 ORDER BY stream",
                        handler));
    }

    private List<Arrived> kept(Tx tx, String table, StreamId stream) {
        var kept = new ArrayList<Arrived>();
        for (@Nullable Object[] row :
                tx.rows(
                        "SELECT version, headers, data FROM %s WHERE handler = ?1 AND stream = ?2 ORDER BY version"
                                .formatted(table),
                        handler,
                        stream.value())) {
            kept.add(
                    Arrived.of(
                            stream,
                            (Long) Objects.requireNonNull(row[0]),
                            (String) Objects.requireNonNull(row[1]),
                            (byte[]) Objects.requireNonNull(row[2])));
        }
        return kept;
    }
}
