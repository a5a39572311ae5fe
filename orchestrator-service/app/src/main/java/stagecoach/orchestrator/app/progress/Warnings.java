package stagecoach.orchestrator.app.progress;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.aggregate.Tx;

/** What did not fail a deployment and a person should know all the same. */
public final class Warnings {
    private Warnings() {}

    /** Keeps a warning; a repeated one is kept once. */
    public static void add(
            Tx tx,
            String deployment,
            @Nullable String step,
            @Nullable String target,
            String detail,
            Instant at) {
        tx.execute(
                """
                INSERT INTO deployment_warning (deployment, step, target, detail, at)
                VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING""",
                deployment,
                Optional.ofNullable(step).orElse(""),
                Optional.ofNullable(target).orElse(""),
                detail,
                at);
    }
}
