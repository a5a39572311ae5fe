package stagecoach.gateway.app.refusal;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/**
 * Whoever wants to come in can fill the streams of refusals. A day's stream gets no events after
 * its day, so they go when no topic has them any more; the feed keeps them as long as it keeps all
 * else. The last one stays: who asks for those before it can be told that they are gone.
 */
@Singleton
class DoorHistory implements KeptForAWhile {
    /** Longer than any topic keeps events. */
    static final Duration KEPT = Duration.ofDays(45);

    /** Days are written so that they sort by their time. */
    private static final String FORGET =
            """
            DELETE FROM event WHERE (stream, version) IN (
                SELECT e.stream, e.version FROM event e
                WHERE e.stream >= ?1 AND e.stream < ?2
                    AND EXISTS (
                        SELECT 1 FROM event n WHERE n.stream = e.stream AND n.version > e.version)
                    AND NOT EXISTS (
                        SELECT 1 FROM outbox o WHERE o.stream = e.stream AND o.version = e.version)
                ORDER BY e.stream, e.version LIMIT ?3 FOR UPDATE OF e SKIP LOCKED)
            """;

    @Override
    public String name() {
        return "refusals of days long past";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        return tx.execute(
                FORGET,
                DoorKind.streamAt(Instant.EPOCH).value(),
                DoorKind.streamAt(now.minus(KEPT)).value(),
                rowsMax);
    }
}
