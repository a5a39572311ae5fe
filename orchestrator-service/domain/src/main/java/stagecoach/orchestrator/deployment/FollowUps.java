package stagecoach.orchestrator.deployment;

import java.util.List;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.deployment.Deployment.Cancelling;
import stagecoach.orchestrator.deployment.Deployment.Ended;
import stagecoach.orchestrator.deployment.Deployment.Nothing;
import stagecoach.orchestrator.deployment.Deployment.Queued;
import stagecoach.orchestrator.deployment.Deployment.Running;
import stagecoach.orchestrator.deployment.Deployment.Staged;
import stagecoach.orchestrator.deployment.DeploymentCommand.ChangeBudget;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.vocabulary.packages.TransferBudget;

/** What people may ask of a deployment that is there, apart from its end and their answers. */
final class FollowUps {
    private FollowUps() {}

    static List<DeploymentEvent> proceed(Deployment state, Proceed proceed) {
        return switch (state) {
            case Nothing() -> throw unknown();
            case Staged(var _, var progress) ->
                    List.of(
                            new DeploymentProceeded(
                                    progress.attempt() + 1, proceed.by(), proceed.at()));
            case Queued _, Running _, Cancelling _, Ended _ ->
                    throw new Rejection(
                            Rejection.Kind.CONFLICT,
                            "deployment-not-staged",
                            "The deployment is not STAGED. Only one that was asked for with acquireOnly, and whose packages are in place, can proceed.");
        };
    }

    static List<DeploymentEvent> retry(Deployment state, RetryFrom from, String by) {
        return switch (state) {
            case Nothing() -> throw unknown();
            case Ended(var _, var progress, var how) when how != DeploymentState.SUCCEEDED ->
                    List.of(new DeploymentRetried(progress.attempt() + 1, from, by));
            case Ended _ ->
                    throw notRetryable(
                            "The deployment SUCCEEDED. Create a new deployment to run it again.");
            case Staged _ ->
                    throw notRetryable(
                            "The deployment is STAGED: its packages are in place. Let it proceed.");
            case Queued _, Running _, Cancelling _ ->
                    throw notRetryable(
                            "The deployment has not ended. Only one that is FAILED or CANCELLED can be"
                                    + " retried: wait for its end, or cancel it first.");
        };
    }

    /** What counts already changes nothing. */
    static List<DeploymentEvent> changeBudget(Deployment state, ChangeBudget change) {
        return switch (state) {
            case Nothing() -> throw unknown();
            case Queued(var asked, var _, var _) -> changed(asked, change);
            case Running(var asked, var _, var _) -> changed(asked, change);
            case Staged(var asked, var _) -> changed(asked, change);
            case Cancelling cancelling -> changed(cancelling.asked(), change);
            case Ended(var _, var _, var how) ->
                    throw new Rejection(
                            Rejection.Kind.CONFLICT,
                            "deployment-ended",
                            "The deployment has already ended: it is %s, and nothing is brought for it any more.%s"
                                    .formatted(
                                            how,
                                            how == DeploymentState.SUCCEEDED
                                                    ? ""
                                                    : " Retry it first, then change its budget."));
        };
    }

    private static List<DeploymentEvent> changed(DeploymentQueued asked, ChangeBudget change) {
        return asked.budget().orElse(TransferBudget.NONE).equals(change.budget())
                ? List.of()
                : List.of(new DeploymentBudgetChanged(change.budget(), change.by()));
    }

    static Rejection unknown() {
        return Rejection.notFound("There is no such deployment.");
    }

    private static Rejection notRetryable(String sentence) {
        return new Rejection(Rejection.Kind.CONFLICT, "deployment-not-retryable", sentence);
    }
}
