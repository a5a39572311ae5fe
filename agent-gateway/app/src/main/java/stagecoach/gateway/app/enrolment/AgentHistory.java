package stagecoach.gateway.app.enrolment;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;

/**
 * A machine's stream lives as long as the machine, and machines come and go all day. So health that
 * newer health has replaced goes when no topic has it any more, and so do measurements before newer
 * ones, what was told of fetches, which counts for days, and removals before newer ones; what stays
 * leads to the same state. Enrolments and revocations are kept for ever. The last event of a stream
 * stays in any case, since its version must not be given again.
 */
@Singleton
class AgentHistory implements KeptForAWhile {
    /** Longer than any topic keeps events. */
    static final Duration KEPT = Duration.ofDays(45);

    private static final String FORGET =
            """
            DELETE FROM event WHERE (stream, version) IN (
                SELECT e.stream, e.version FROM event e
                WHERE e.type IN ('stagecoach.AgentHealthChanged.v1', 'stagecoach.SourcesMeasured.v1',
                        'stagecoach.PackagesBegun.v1', 'stagecoach.MachineTidied.v1')
                    AND e.at < ?1
                    AND CASE e.type
                        WHEN 'stagecoach.PackagesBegun.v1' THEN EXISTS (
                            SELECT 1 FROM event n WHERE n.stream = e.stream AND n.version > e.version)
                        WHEN 'stagecoach.MachineTidied.v1' THEN EXISTS (
                            SELECT 1 FROM event n WHERE n.stream = e.stream AND n.version > e.version
                                AND n.type = 'stagecoach.MachineTidied.v1')
                        WHEN 'stagecoach.SourcesMeasured.v1' THEN EXISTS (
                            SELECT 1 FROM event n WHERE n.stream = e.stream AND n.version > e.version
                                AND n.type NOT IN ('stagecoach.AgentHealthChanged.v1',
                                    'stagecoach.PackagesBegun.v1', 'stagecoach.MachineTidied.v1'))
                        ELSE 'stagecoach.AgentHealthChanged.v1' = (
                            SELECT n.type FROM event n
                            WHERE n.stream = e.stream AND n.version > e.version
                                AND n.type NOT IN ('stagecoach.SourcesMeasured.v1',
                                    'stagecoach.PackagesBegun.v1', 'stagecoach.MachineTidied.v1')
                            ORDER BY n.version LIMIT 1)
                        END
                    AND NOT EXISTS (
                        SELECT 1 FROM outbox o WHERE o.stream = e.stream AND o.version = e.version)
                ORDER BY e.at LIMIT ?2 FOR UPDATE OF e SKIP LOCKED)
            """;

    @Override
    public String name() {
        return "replaced health of machines";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        return tx.execute(FORGET, now.minus(KEPT), rowsMax);
    }
}
