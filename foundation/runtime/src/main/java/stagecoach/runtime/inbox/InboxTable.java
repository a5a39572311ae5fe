package stagecoach.runtime.inbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
     * The compare-and-set of the plain case: true if the handler stood exactly before {@code
     * first}. A stream of a deployment that is kept no longer does not begin again.
     */
    boolean advance(Tx tx, StreamId stream, @Nullable String deployment, long first, long last) {
        int rows =
                first == 1
                        ? tx.execute(
                                "INSERT INTO inbox (handler, stream, version) SELECT ?1, ?2, CAST(?3 AS bigint) WHERE NOT EXISTS (SELECT 1 FROM retired WHERE deployment = ?4) ON CONFLICT DO NOTHING",
                                handler,
                                stream.value(),
                                last,
                                deployment)
                        : tx.execute(
                                "UPDATE inbox SET version = ?3 WHERE handler = ?1 AND stream = ?2 AND version = ?4 AND NOT held AND NOT parked",
                                handler,
                                stream.value(),
                                last,
                                first - 1);
        return rows == 1;
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
        return tx
                .rows(
                        "SELECT stream FROM inbox WHERE handler = ?1 AND parked UNION SELECT stream FROM parked WHERE handler = ?1 ORDER BY stream",
                        handler)
                .stream()
                .map(row -> new StreamId((String) Objects.requireNonNull(row[0])))
                .toList();
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
