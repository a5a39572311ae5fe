package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.channel.StreamRequest.RepublishRequested;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.streams.RequestPublisher;

/**
 * Asks for events that have been missing for ten seconds, and again after twice as long each time,
 * up to ten minutes: the owner may be away. An event that is next, since those before it are kept
 * no longer, is asked for itself: it comes with its handler. Of all pods of a service one asks at a
 * time.
 */
final class GapWatch {
    private static final String LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtextextended('stagecoach gaps ' || current_schema(), 0))";
    private static final String MISSING =
            """
            SELECT g.handler, g.stream, i.version + 1, greatest(min(g.version) - 1, i.version + 1), max(g.asked)
            FROM gap g JOIN inbox i ON i.handler = g.handler AND i.stream = g.stream
            GROUP BY g.handler, g.stream, i.version
            HAVING min(g.since) <= ?1::timestamptz - interval '10 seconds' AND min(g.version) > i.version
               AND (max(g.asked_at) IS NULL
                    OR max(g.asked_at) + least(10 * power(2, max(g.asked)), 600) * interval '1 second' <= ?1)
            ORDER BY g.handler, g.stream LIMIT 100
            """;
    private static final String ASKED =
            "UPDATE gap SET asked = ?3, asked_at = ?4 WHERE handler = ?1 AND stream = ?2";

    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final RequestPublisher publisher;

    GapWatch(UnitOfWork unitOfWork, Clock clock, RequestPublisher publisher) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
        this.publisher = publisher;
    }

    private record Missing(String handler, RepublishRequested request, int asked) {}

    /**
     * Asks for what is due.
     *
     * @return what was asked
     * @throws TemporaryFailure if the database or Kafka does not answer
     */
    List<RepublishRequested> ask() {
        return unitOfWork.run(this::ask);
    }

    private List<RepublishRequested> ask(Tx tx) {
        if (!Boolean.TRUE.equals(tx.rows(LOCK).getFirst()[0])) {
            return List.of();
        }
        List<Missing> missing =
                tx.rows(MISSING, clock.instant()).stream().map(GapWatch::missing).toList();
        if (missing.isEmpty()) {
            return List.of();
        }
        List<RepublishRequested> requests =
                missing.stream().map(Missing::request).distinct().toList();
        publisher.send(requests);
        for (Missing each : missing) {
            tx.execute(
                    ASKED,
                    each.handler(),
                    each.request().stream(),
                    each.asked() + 1,
                    clock.instant());
            Log.warnf(
                    "Events of a stream have not arrived; they are asked for. handler=%s stream=%s from=%d upTo=%d asked=%d",
                    each.handler(),
                    each.request().stream(),
                    each.request().from(),
                    each.request().upTo(),
                    each.asked() + 1);
        }
        return requests;
    }

    private static Missing missing(@Nullable Object[] row) {
        return new Missing(
                (String) Objects.requireNonNull(row[0]),
                new RepublishRequested(
                        (String) Objects.requireNonNull(row[1]),
                        (Long) Objects.requireNonNull(row[2]),
                        (Long) Objects.requireNonNull(row[3])),
                (Integer) Objects.requireNonNull(row[4]));
    }
}
