package stagecoach.orchestrator.app.deployment.intake;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.release.Release;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.packages.TransferBudget;

/**
 * A deployment that somebody asks for or thinks about, judged to be possible.
 *
 * @param release with the answers to what it asks for
 * @param steps the outline of its plan
 * @param roster the machines as they were when it was judged
 */
record DeploymentDraft(
        Release release,
        EnvironmentId environment,
        Selection selection,
        List<PlannedStep> steps,
        boolean forceDownload,
        Terms terms,
        Optional<String> comment,
        TransferBudget budget,
        Roster roster) {
    DeploymentDraft {
        steps = List.copyOf(steps);
    }

    /** The plan, secrets included. */
    Plan plan() {
        return release.planFor(environment);
    }

    /** The event that it was asked for. */
    DeploymentQueued queued(DeploymentId id, Digest planDigest) {
        return new DeploymentQueued(
                id,
                release.project(),
                release.version(),
                environment,
                planDigest,
                steps,
                selection,
                forceDownload,
                terms.notBefore(),
                terms.notAfter(),
                terms.acquireOnly(),
                terms.guidedFailure(),
                comment,
                Optional.of(budget).filter(some -> !some.isNone()));
    }
}
