package stagecoach.orchestrator.app.deployment.intake;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.deployment.PhasePlan;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.TargetSelection;
import stagecoach.orchestrator.release.Release;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.packages.TransferBudget;

/**
 * A deployment that somebody asks for or thinks about, judged to be possible.
 *
 * @param release with the answers to what it asks for
 * @param labels what people call what it deploys
 * @param steps the outline of its plan
 * @param roster the machines as they were when it was judged
 */
public record DeploymentDraft(
        Release release,
        Plan.Labels labels,
        EnvironmentId environment,
        Selection selection,
        List<PlannedStep> steps,
        boolean forceDownload,
        Terms terms,
        Optional<String> comment,
        TransferBudget budget,
        Roster roster) {
    /** Which worker a pool step gets depends on the deployment, which is not named yet. */
    static final DeploymentId UNNAMED = new DeploymentId("00000000");

    /** Copies the steps. */
    public DeploymentDraft {
        steps = List.copyOf(steps);
    }

    /** Why no event could tell of its end, if it is so large. */
    Optional<String> whyTooLarge() {
        var places = places();
        int count = steps.stream().mapToInt(step -> places.assign(step).places().size()).sum();
        return count <= PhasePlan.PLACES_MAX
                ? Optional.empty()
                : Optional.of(
                        "The steps of this release would run %d times on the machines of %s; one deployment may have %d. Deploy to some of the targets at a time (\"targets\")."
                                .formatted(count, environment, PhasePlan.PLACES_MAX));
    }

    /** Why none of its steps would run anywhere, if that is so; no sentence yet. */
    public Optional<String> whyNowhere() {
        var places = places();
        var assignments = steps.stream().map(places::assign).toList();
        return assignments.stream().allMatch(one -> one.places().isEmpty())
                ? assignments.stream().flatMap(one -> one.skip().stream()).findFirst()
                : Optional.empty();
    }

    /** Where its steps would run now. */
    TargetSelection places() {
        return new TargetSelection(UNNAMED, environment, selection, roster);
    }

    /** The plan, secrets included. */
    Plan plan() {
        return release.planFor(environment, labels);
    }

    /** The event that it was asked for. */
    DeploymentQueued queued(DeploymentId id, Digest planDigest, String by, Instant at) {
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
                Optional.of(budget).filter(some -> !some.isNone()),
                Optional.of(by),
                Optional.of(at));
    }
}
