package stagecoach.orchestrator.app.progress;

import java.util.List;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;

/** Tells what a deployment waits for; those who let it wait know. */
public interface WaitingReasons {
    /** All reasons that hold now; empty if it does not wait. */
    List<WaitingReason> of(Tx tx, DeploymentId deployment);
}
