package stagecoach.runtime.retirement;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.StreamRequest.StreamsRetired;
import stagecoach.runtime.retention.KeptForAWhile;
import stagecoach.runtime.sql.Statements;
import stagecoach.runtime.streams.RequestPublisher;

/**
 * Deletes this service's streams of retired deployments, some at a time, and tells those who have
 * handled them. Last, when no topic can have their events any more, the tombstones.
 */
@Singleton
class RetiredStreams implements KeptForAWhile {
    /** Longer than any topic keeps events. */
    private static final Duration TOMBSTONE = Duration.ofDays(45);

    private static final int STREAMS_AT_ONCE = 50;

    private static final String NEXT =
            """
            SELECT deployment FROM retired r WHERE NOT done AND NOT EXISTS (
                SELECT 1 FROM outbox o JOIN event e ON e.stream = o.stream AND e.version = o.version
                WHERE e.deployment = r.deployment)
            ORDER BY at, deployment LIMIT 1
            """;

    private final Retirement retirement;
    private final RequestPublisher requests;

    RetiredStreams(Retirement retirement, RequestPublisher requests) {
        this.retirement = retirement;
        this.requests = requests;
    }

    @Override
    public String name() {
        return "retired streams";
    }

    @Override
    public int forget(Statements tx, Instant now, int rowsMax) {
        Optional<String> next = tx.rows(NEXT).stream().findFirst().map(row -> text(row[0]));
        if (next.isEmpty()) {
            return tx.execute(
                    """
                    DELETE FROM retired WHERE deployment IN (
                        SELECT deployment FROM retired WHERE done AND at < ?1 LIMIT ?2)""",
                    now.minus(TOMBSTONE),
                    rowsMax);
        }
        String deployment = next.get();
        List<String> streams =
                tx
                        .rows(
                                "SELECT DISTINCT stream FROM event WHERE deployment = ?1 LIMIT ?2",
                                deployment,
                                STREAMS_AT_ONCE)
                        .stream()
                        .map(row -> text(row[0]))
                        .toList();
        if (!streams.isEmpty()) {
            retirement.deleteStreams(tx, streams);
            requests.send(List.of(new StreamsRetired(streams)));
        } else if (retirement.forgetOwn(tx, deployment, rowsMax) == 0) {
            tx.execute("UPDATE retired SET done = true WHERE deployment = ?1", deployment);
        }
        // There is always more: the next one, and at last the tombstones.
        return rowsMax;
    }

    private static String text(@Nullable Object value) {
        return (String) Objects.requireNonNull(value);
    }
}
