package stagecoach.runtime.store;

import java.time.Instant;
import java.util.Map;
import stagecoach.decider.StreamId;
import stagecoach.runtime.sql.Statements;

/** Keeps the rows of {@code timer} as the states of streams want them. */
public final class TimerTable {
    private static final String PUT =
            """
            INSERT INTO timer (stream, name, kind, due, fire_at)
            SELECT ?1, wanted.name, ?2, wanted.due, wanted.due
            FROM unnest(?3::text[], ?4::timestamptz[]) AS wanted(name, due)
            ON CONFLICT (stream, name) DO UPDATE
            SET due = excluded.due, fire_at = excluded.fire_at, failures = 0
            """;
    private static final String REMOVE =
            "DELETE FROM timer WHERE stream = ?1 AND name = ANY(?2::text[])";

    private TimerTable() {}

    /**
     * Writes the difference between two states' timers. A timer that both have in the same way
     * stays as it is, so that one that has fired does not come back.
     */
    public static void reconcile(
            Statements tx,
            StreamId stream,
            String kind,
            Map<String, Instant> before,
            Map<String, Instant> after) {
        if (before.equals(after)) {
            return;
        }
        String[] gone =
                before.keySet().stream().filter(n -> !after.containsKey(n)).toArray(String[]::new);
        if (gone.length > 0) {
            tx.executeLater(REMOVE, stream.value(), gone);
        }
        var changed =
                after.entrySet().stream()
                        .filter(timer -> !timer.getValue().equals(before.get(timer.getKey())))
                        .toList();
        if (!changed.isEmpty()) {
            tx.executeLater(
                    PUT,
                    stream.value(),
                    kind,
                    changed.stream().map(Map.Entry::getKey).toArray(String[]::new),
                    changed.stream().map(Map.Entry::getValue).toArray(Instant[]::new));
        }
    }
}
