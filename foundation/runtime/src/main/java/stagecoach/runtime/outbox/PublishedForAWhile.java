package stagecoach.runtime.outbox;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/**
 * What was published goes from {@code published} after {@code stagecoach.retention.published}. A
 * log that loses more than that gets all events of its topic again, from the store.
 */
@Singleton
class PublishedForAWhile implements KeptForAWhile {
    private static final String FORGET =
            """
            WITH gone AS (
                DELETE FROM published WHERE (topic, partition, kafka_offset) IN (
                    SELECT topic, partition, kafka_offset FROM published WHERE at < ?1 ORDER BY at LIMIT ?2)
                RETURNING topic, partition, kafka_offset
            ), ends AS (
                UPDATE log_end e SET forgotten = greatest(e.forgotten, g.upto)
                FROM (SELECT topic, partition, max(kafka_offset) + 1 AS upto FROM gone GROUP BY topic, partition) g
                WHERE e.topic = g.topic AND e.partition = g.partition
            )
            SELECT count(*) FROM gone
            """;

    private final Duration kept;

    PublishedForAWhile(
            @ConfigProperty(name = "stagecoach.retention.published", defaultValue = "PT24H")
                    Duration kept) {
        this.kept = kept;
    }

    @Override
    public String name() {
        return "published";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        Object gone = tx.rows(FORGET, now.minus(kept), rowsMax).getFirst()[0];
        return gone instanceof Number number ? number.intValue() : 0;
    }
}
