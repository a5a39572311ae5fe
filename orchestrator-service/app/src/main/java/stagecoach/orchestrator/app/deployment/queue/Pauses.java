package stagecoach.orchestrator.app.deployment.queue;

import java.util.List;
import stagecoach.runtime.aggregate.Tx;

/** Which pauses hold whom. */
public final class Pauses {
    /** What a statement says about a deployment {@code d} that no pause holds. */
    public static final String HOLDS_NOT =
            """
            NOT EXISTS (
                SELECT 1 FROM deployment_pause p
                WHERE (p.project IS NULL OR p.project = d.project)
                    AND (p.environment IS NULL OR p.environment = d.environment))""";

    private Pauses() {}

    /** Those that hold a project's deployments to an environment, the oldest first. */
    public static List<Pause> holding(Tx tx, String project, String environment) {
        return tx
                .query(
                        PauseRow.class,
                        """
                        from PauseRow where (project is null or project = ?1)
                            and (environment is null or environment = ?2)
                        order by since, id""",
                        project,
                        environment)
                .stream()
                .map(Pause::of)
                .toList();
    }
}
