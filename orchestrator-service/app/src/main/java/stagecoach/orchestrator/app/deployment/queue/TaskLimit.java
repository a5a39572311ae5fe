package stagecoach.orchestrator.app.deployment.queue;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;

/**
 * How many deployments are under way, and how many may be.
 *
 * @param max what somebody has set, for all pods; empty: what each is configured with
 */
public record TaskLimit(int used, Optional<Integer> max) {
    private static final String ID = "task-limit";
    private static final String ROW = "SELECT used, tasks_max FROM task_counter";

    /** As it is now. */
    public static TaskLimit of(Tx tx) {
        return limit(tx.select(ROW).getFirst());
    }

    /** The same, and nobody else changes it until this transaction has ended. */
    public static TaskLimit locked(Tx tx) {
        return limit(tx.select(ROW + " FOR UPDATE").getFirst());
    }

    /** Sets it, and tells everybody; what is set already changes nothing. */
    static void set(Tx tx, CommandHandler commands, Optional<Integer> max, Cause cause) {
        if (locked(tx).max().equals(max)) {
            return;
        }
        commands.handle(
                tx,
                ConfigurationKind.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.TASK_LIMIT, ID),
                List.of(
                        new ConfigurationKind.Command.Write(
                                Kind.TASK_LIMIT, ID, new ConfigurationDocument.TaskLimit(max))),
                cause);
        tx.execute("UPDATE task_counter SET tasks_max = ?1", max.orElse(null));
    }

    private static TaskLimit limit(SqlRow row) {
        return new TaskLimit(row.whole(0), row.optionalWhole(1));
    }
}
