package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.util.List;
import stagecoach.contracts.channel.StreamRequest.EventsForgotten;
import stagecoach.runtime.inbox.Handlers;
import stagecoach.runtime.sql.Statements;
import stagecoach.runtime.streams.RequestPublisher;

/**
 * Events within a stream that its owner keeps no longer, since later ones say all of it. Versions
 * are given without a gap, so what is missing below a stream's last one was deleted.
 */
@Singleton
class Holes {
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
            """
                    .formatted(Handlers.of("inbox"));

    private final RequestPublisher requests;

    Holes(RequestPublisher requests) {
        this.requests = requests;
    }

    /** Tells which of these events of a stream that this service owns are kept no longer. */
    void tell(Statements tx, String stream, long from, long upTo) {
        List<EventsForgotten> gone =
                tx.select(GONE, stream, from, upTo).stream()
                        .map(row -> new EventsForgotten(stream, row.number(0), row.number(1)))
                        .toList();
        if (!gone.isEmpty()) {
            requests.send(gone);
        }
    }

    /** Lets those who stand before or in a hole stand behind it. */
    void pass(Statements tx, EventsForgotten hole) {
        int handlers = tx.execute(PASS, hole.stream(), hole.from(), hole.upTo());
        if (handlers > 0) {
            Log.infof(
                    "Events are passed over that are kept no longer. stream=%s from=%d upTo=%d handlers=%d",
                    hole.stream(), hole.from(), hole.upTo(), handlers);
        }
    }
}
