package stagecoach.orchestrator.app.projection;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;

/** The row about the newest rebuild of a read model. */
final class RebuildRow {
    private RebuildRow() {}

    /** Where a rebuild stands. */
    record Place(boolean begun, long seq) {}

    /**
     * What is told of a rebuild.
     *
     * @param eventsDone events of the feed that were looked at
     */
    record Told(
            String state,
            long eventsDone,
            String askedBy,
            Instant askedAt,
            @Nullable Instant endedAt,
            @Nullable String failure,
            long rowsRemoved,
            long rowsWritten,
            long rowsLeft) {}

    /** Asks for a rebuild; false if one is under way. */
    static boolean ask(Tx tx, String name, String by, Instant now) {
        return tx.execute(
                        """
                        INSERT INTO projection_rebuild AS r (name, state, begun, seq, asked_by, asked_at)
                        VALUES (?1, 'RUNNING', false, 0, ?2, ?3)
                        ON CONFLICT (name) DO UPDATE SET state = 'RUNNING', begun = false, seq = 0,
                            asked_by = excluded.asked_by, asked_at = excluded.asked_at, ended_at = NULL,
                            failure = NULL, rows_removed = 0, rows_written = 0, rows_left = 0
                        WHERE r.state <> 'RUNNING'""",
                        name,
                        by,
                        now)
                == 1;
    }

    /** A rebuild that is to be gone on with, for this transaction alone. */
    static Optional<Place> take(Tx tx, String name) {
        return tx
                .select(
                        """
                        SELECT begun, seq FROM projection_rebuild
                        WHERE name = ?1 AND state = 'RUNNING' FOR UPDATE SKIP LOCKED""",
                        name)
                .stream()
                .findFirst()
                .map(row -> new Place(row.flag(0), row.number(1)));
    }

    static void moved(Tx tx, String name, long seq) {
        tx.execute(
                "UPDATE projection_rebuild SET begun = true, seq = ?2 WHERE name = ?1", name, seq);
    }

    static void done(Tx tx, String name, Instant now, Shadow.Difference difference) {
        tx.execute(
                """
                UPDATE projection_rebuild SET state = 'DONE', ended_at = ?2, rows_removed = ?3,
                    rows_written = ?4, rows_left = ?5 WHERE name = ?1""",
                name,
                now,
                difference.removed(),
                difference.written(),
                difference.left());
    }

    static void failed(Tx tx, String name, Instant now, String failure) {
        tx.execute(
                """
                UPDATE projection_rebuild SET state = 'FAILED', ended_at = ?2, failure = ?3
                WHERE name = ?1 AND state = 'RUNNING'""",
                name,
                now,
                failure);
    }

    static Optional<Told> told(Tx tx, String name) {
        return tx
                .select(
                        """
                        SELECT state, seq, asked_by, asked_at, ended_at, failure, rows_removed, rows_written, rows_left
                        FROM projection_rebuild WHERE name = ?1""",
                        name)
                .stream()
                .findFirst()
                .map(
                        row ->
                                new Told(
                                        row.text(0),
                                        row.number(1),
                                        row.text(2),
                                        row.instant(3),
                                        row.optionalInstant(4).orElse(null),
                                        row.optionalText(5).orElse(null),
                                        row.number(6),
                                        row.number(7),
                                        row.number(8)));
    }

    /** The number of the newest event of the feed. */
    static long head(Tx tx) {
        return tx.select("SELECT seq FROM feed_head").getFirst().number(0);
    }
}
