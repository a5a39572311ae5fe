package stagecoach.orchestrator.app.deployment.intake;

import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * Says how a deployment stands, in the words of {@code GET /deployments/{id}}, for those who have
 * just changed it; a bean of the read side, which knows more than this package does.
 */
public interface DeploymentTeller {
    /** The deployment as JSON text, as {@code tx} sees it; it exists. */
    String json(Tx tx, DeploymentId deployment);
}
