package stagecoach.orchestrator.app.deployment.queue;

import java.util.List;
import java.util.Optional;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;

/** The rows of pauses. */
public final class Pauses {
    /** What a statement says about a deployment {@code d} that no pause holds. */
    public static final String HOLDS_NOT =
            """
            NOT EXISTS (
                SELECT 1 FROM deployment_pause p
                WHERE (p.project IS NULL OR p.project = d.project)
                    AND (p.environment IS NULL OR p.environment = d.environment))""";

    private static final String ALL =
            "SELECT id, project, environment, reason, since, by_whom FROM deployment_pause ";

    private Pauses() {}

    /** Those that hold a project's deployments to an environment, the oldest first. */
    public static List<Pause> holding(Tx tx, String project, String environment) {
        return pauses(
                tx.select(
                        ALL
                                + """
                                WHERE (project IS NULL OR project = ?1)
                                    AND (environment IS NULL OR environment = ?2)
                                ORDER BY since, id""",
                        project,
                        environment));
    }

    static List<Pause> behind(Tx tx, String id, int limit) {
        return pauses(tx.select(ALL + "WHERE id > ?1 ORDER BY id LIMIT ?2", id, limit));
    }

    static Optional<Pause> find(Tx tx, String id) {
        return pauses(tx.select(ALL + "WHERE id = ?1", id)).stream().findFirst();
    }

    /**
     * Writes one; one that was there before stays as old as it was, and is now of who changed it.
     */
    static void put(Tx tx, Pause pause) {
        tx.execute(
                """
                INSERT INTO deployment_pause (id, project, environment, reason, since, by_whom)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (id) DO UPDATE
                SET project = excluded.project, environment = excluded.environment,
                    reason = excluded.reason, by_whom = excluded.by_whom""",
                pause.id(),
                pause.project(),
                pause.environment(),
                pause.reason(),
                pause.since(),
                pause.by());
    }

    /** Whether there was such a one. */
    static boolean remove(Tx tx, String id) {
        return tx.execute("DELETE FROM deployment_pause WHERE id = ?1", id) > 0;
    }

    private static List<Pause> pauses(List<SqlRow> rows) {
        return rows.stream()
                .map(
                        row ->
                                new Pause(
                                        row.text(0),
                                        row.optionalText(1).orElse(null),
                                        row.optionalText(2).orElse(null),
                                        row.text(3),
                                        row.instant(4),
                                        row.text(5)))
                .toList();
    }
}
