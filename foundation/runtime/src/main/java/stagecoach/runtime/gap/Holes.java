package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import java.util.List;
import stagecoach.contracts.channel.StreamRequest.EventsForgotten;
import stagecoach.runtime.inbox.Handlers;
import stagecoach.runtime.sql.Statements;

/**
 * Events within a stream that its owner keeps no longer, since later ones say all of it. Versions
 * are given without a gap, so what is missing below a stream's last one was deleted.
 */
final class Holes {
    private static final String GONE =
            """
            SELECT version + 1, next - 1 FROM (
                SELECT version, lead(version) OVER (ORDER BY version) AS next FROM (
                    SELECT CAST(?2 AS bigint) - 1 AS version
                    UNION ALL
                    SELECT version FROM event WHERE stream = ?1 AND version BETWEEN ?2 AND ?3
                    UNION ALL
                    SELECT CAST(?3 AS bigint) + 1
                ) AS kept
            ) AS pair
            WHERE next > version + 1 AND EXISTS (
                SELECT 1 FROM event WHERE stream = ?1 AND version > ?3)
            ORDER BY version
            """;

    /** Not past what is parked: that is first replayed. */
    private static final String PASS =
            """
            WITH RECURSIVE %s
            UPDATE inbox SET version = ?3
            WHERE stream = ?1 AND handler IN (SELECT handler FROM handlers WHERE handler IS NOT NULL)
                AND version BETWEEN ?2 - 1 AND ?3 - 1 AND NOT parked
            RETURNING handler
            """
                    .formatted(Handlers.of("inbox"));

    /** What a handler held of a hole is not handled any more either: later events say all of it. */
    private static final String FILLED =
            "DELETE FROM gap WHERE handler = ANY(?1) AND stream = ?2 AND version <= ?3";

    private static final String STILL_HELD =
            """
            UPDATE inbox i SET held = EXISTS (
                SELECT 1 FROM gap g WHERE g.handler = i.handler AND g.stream = i.stream)
            WHERE i.handler = ANY(?1) AND i.stream = ?2
            """;

    /** It goes on: what is still missing, or is next now, is asked for soon again. */
    private static final String ASK_AGAIN =
            "UPDATE gap SET asked = 0, asked_at = NULL WHERE handler = ANY(?1) AND stream = ?2";

    private Holes() {}

    /** Which of these events of a stream that this service owns are kept no longer. */
    static List<EventsForgotten> within(Statements tx, String stream, long from, long upTo) {
        return tx.select(GONE, stream, from, upTo).stream()
                .map(row -> new EventsForgotten(stream, row.number(0), row.number(1)))
                .toList();
    }

    /** Lets those who stand before or in a hole stand behind it. */
    static void pass(Statements tx, EventsForgotten hole) {
        String[] handlers =
                tx.select(PASS, hole.stream(), hole.from(), hole.upTo()).stream()
                        .map(row -> row.text(0))
                        .toArray(String[]::new);
        if (handlers.length == 0) {
            return;
        }
        tx.execute(FILLED, handlers, hole.stream(), hole.upTo());
        tx.execute(STILL_HELD, handlers, hole.stream());
        tx.execute(ASK_AGAIN, handlers, hole.stream());
        Log.infof(
                "Events are passed over that are kept no longer. stream=%s from=%d upTo=%d handlers=%s",
                hole.stream(), hole.from(), hole.upTo(), String.join(",", handlers));
    }
}
