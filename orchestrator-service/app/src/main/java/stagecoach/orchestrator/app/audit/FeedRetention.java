package stagecoach.orchestrator.app.audit;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import stagecoach.orchestrator.app.retention.RetentionSettings;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/** The feed loses its beginning, as far as all of it is older than is kept; it gets no holes. */
@Singleton
class FeedRetention implements KeptForAWhile {
    private static final String FORGET =
            """
            WITH oldest AS (
                SELECT seq, at FROM feed ORDER BY seq LIMIT ?2
            ), gone AS (
                DELETE FROM feed WHERE seq IN (
                    SELECT seq FROM oldest
                    WHERE seq < coalesce((SELECT min(seq) FROM oldest WHERE at >= ?1), 9223372036854775807))
                RETURNING seq
            ), head AS (
                UPDATE feed_head SET forgotten = greatest(forgotten, (SELECT max(seq) FROM gone))
                WHERE EXISTS (SELECT 1 FROM gone)
            )
            SELECT count(*) FROM gone
            """;

    private final RetentionSettings settings;

    FeedRetention(RetentionSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "feed";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        Instant before = now.minus(Duration.ofDays(settings.present(tx).eventDays()));
        return tx.select(FORGET, before, rowsMax).getFirst().whole(0);
    }
}
