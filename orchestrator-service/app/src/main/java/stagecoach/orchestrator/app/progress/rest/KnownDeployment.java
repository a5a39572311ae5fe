package stagecoach.orchestrator.app.progress.rest;

import stagecoach.decider.Rejection;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;

/** Whether a deployment that somebody asks for exists. */
final class KnownDeployment {
    private KnownDeployment() {}

    /** The id, if it may be one. */
    static DeploymentId id(String text) {
        try {
            return new DeploymentId(text);
        } catch (IllegalArgumentException e) {
            throw notFound(text);
        }
    }

    /** Refuses a deployment that does not exist. */
    static void check(Tx tx, DeploymentId id) {
        if (tx.rows("SELECT 1 FROM deployment WHERE id = ?1", id.value()).isEmpty()) {
            throw notFound(id.value());
        }
    }

    /** That it does not exist. */
    static Rejection notFound(String id) {
        return new Rejection(
                Rejection.Kind.NOT_FOUND,
                "not-found",
                "There is no deployment \"%s\".".formatted(id.replaceAll("\\p{Cntrl}", "?")));
    }
}
