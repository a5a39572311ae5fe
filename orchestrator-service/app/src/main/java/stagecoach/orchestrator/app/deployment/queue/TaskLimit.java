package stagecoach.orchestrator.app.deployment.queue;

import java.util.Optional;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;

/**
 * How many deployments are under way, and how many may be.
 *
 * @param max what somebody has set, for all pods; empty: what each is configured with
 */
public record TaskLimit(int used, Optional<Integer> max) {
    private static final String ROW = "SELECT used, tasks_max FROM task_counter";

    /** As it is now. */
    public static TaskLimit of(Tx tx) {
        return limit(tx.select(ROW).getFirst());
    }

    /** The same, and nobody else changes it until this transaction has ended. */
    public static TaskLimit locked(Tx tx) {
        return limit(tx.select(ROW + " FOR UPDATE").getFirst());
    }

    static void set(Tx tx, Optional<Integer> max) {
        tx.execute("UPDATE task_counter SET tasks_max = ?1", max.orElse(null));
    }

    private static TaskLimit limit(SqlRow row) {
        return new TaskLimit(row.whole(0), row.optionalWhole(1));
    }
}
