package stagecoach.orchestrator.app.progress;

import stagecoach.decider.Rejection;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Printable;

/** Whether a deployment that somebody asks for exists. */
public final class KnownDeployment {
    private KnownDeployment() {}

    /** The id, if it may be one. */
    public static DeploymentId id(String text) {
        try {
            return new DeploymentId(text);
        } catch (IllegalArgumentException e) {
            throw notFound(text);
        }
    }

    /** Refuses a deployment that does not exist. */
    public static void check(Tx tx, DeploymentId id) {
        if (tx.select("SELECT 1 FROM deployment WHERE id = ?1", id.value()).isEmpty()) {
            throw notFound(id.value());
        }
    }

    /** That it does not exist. */
    public static Rejection notFound(String id) {
        return Rejection.notFound("There is no deployment \"%s\".".formatted(Printable.of(id)));
    }
}
