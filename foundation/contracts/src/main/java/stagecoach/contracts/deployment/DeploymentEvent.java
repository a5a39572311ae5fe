package stagecoach.contracts.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.vocabulary.process.Phase;

/** What happens to a deployment; stream {@code deployment-<id>}. */
public sealed interface DeploymentEvent {
    /**
     * Someone asked for it; it waits for its slot.
     *
     * @param planDigest names the plan (process, variables, pins) that {@code internal/Plan} gives
     *     out
     * @param steps the plan's outline, in order
     * @param notBefore when it may start; until then it blocks nobody
     * @param notAfter when it is given up if it has not started
     * @param acquireOnly whether it ends STAGED, with all packages in place
     * @param guidedFailure whether a person decides at a failure
     * @param budget how much may be brought to caches for it at once, until someone changes it;
     *     empty is without limit
     * @param createdBy who asked for it; empty of those asked for before this was told
     * @param createdAt when
     */
    record DeploymentQueued(
            DeploymentId deployment,
            ProjectId project,
            ReleaseVersion release,
            EnvironmentId environment,
            Digest planDigest,
            List<PlannedStep> steps,
            Selection selection,
            boolean forceDownload,
            Optional<Instant> notBefore,
            Optional<Instant> notAfter,
            boolean acquireOnly,
            boolean guidedFailure,
            Optional<String> comment,
            Optional<TransferBudget> budget,
            Optional<String> createdBy,
            Optional<Instant> createdAt)
            implements DeploymentEvent {
        /** Copies the steps. */
        public DeploymentQueued {
            steps = List.copyOf(steps);
        }

        /** The same with another budget. */
        public DeploymentQueued within(TransferBudget changed) {
            return new DeploymentQueued(
                    deployment,
                    project,
                    release,
                    environment,
                    planDigest,
                    steps,
                    selection,
                    forceDownload,
                    notBefore,
                    notAfter,
                    acquireOnly,
                    guidedFailure,
                    comment,
                    Optional.of(changed).filter(some -> !some.isNone()),
                    createdBy,
                    createdAt);
        }
    }

    /** The time of its schedule has come: it waits for its slot from now on. */
    record DeploymentDue() implements DeploymentEvent {}

    /**
     * It has its slot: an attempt begins.
     *
     * @param previous the release that was deployed last to its environment with success; empty if
     *     there was none
     */
    record DeploymentStarted(int attempt, Optional<ReleaseVersion> previous)
            implements DeploymentEvent {}

    /**
     * A phase run begins; the service that runs the phase takes it from here.
     *
     * @param guided whether a run of steps ends at its first failure, for a person to decide
     * @param facts what its steps may say of the deployment; empty for an acquisition
     */
    record PhaseStarted(
            DeploymentId deployment,
            ProjectId project,
            ReleaseVersion release,
            EnvironmentId environment,
            Digest planDigest,
            Phase phase,
            Run run,
            int attempt,
            Purpose purpose,
            boolean guided,
            PhaseWork work,
            Optional<RunFacts> facts)
            implements DeploymentEvent {}

    /**
     * The next run would fail at machines that cannot be reached just now; it waits a moment for
     * them (a tunnel was only just opened, a tentacle is restarting).
     *
     * @param missing the machines, each with its reason, for people
     * @param until when the run begins without them
     */
    record ArrivalsAwaited(List<String> missing, Instant until) implements DeploymentEvent {
        /** Copies the list. */
        public ArrivalsAwaited {
            missing = List.copyOf(missing);
        }
    }

    /**
     * A phase run has ended.
     *
     * @param results of a step run: every pair it was given
     * @param missing of an acquisition: what could not be brought where
     */
    record PhaseEnded(
            Run run,
            RunOutcome outcome,
            Optional<String> reason,
            List<PairResult> results,
            List<MissingPackage> missing)
            implements DeploymentEvent {
        /** Copies the lists. */
        public PhaseEnded {
            results = List.copyOf(results);
            missing = List.copyOf(missing);
        }
    }

    /** A target came (back) in time; it is acquired for before its steps run. */
    record TargetJoined(TargetId target, String reason) implements DeploymentEvent {}

    /** A target came too late for this deployment. */
    record TargetMissed(TargetId target, String reason) implements DeploymentEvent {}

    /**
     * A person is asked how to go on; until the answer nothing runs.
     *
     * @param run the run that ended with the question
     * @param pairs what the question is about
     * @param instructions of a manual intervention; of a failure what failed, in words
     * @param roles who may answer; empty means everyone who may deploy
     */
    record InterruptionRaised(
            InterruptionId interruption,
            InterruptionKind kind,
            Run run,
            Phase phase,
            List<Pair> pairs,
            Optional<String> instructions,
            List<String> roles,
            List<Choice> choices,
            Instant raisedAt)
            implements DeploymentEvent {
        /** Copies the lists. */
        public InterruptionRaised {
            pairs = List.copyOf(pairs);
            roles = List.copyOf(roles);
            choices = List.copyOf(choices);
        }
    }

    /**
     * A person has answered.
     *
     * @param stale whether the pause was so long that packages may be gone: what is still needed is
     *     acquired again
     */
    record InterruptionResolved(
            InterruptionId interruption,
            Choice choice,
            String by,
            Optional<String> notes,
            boolean stale)
            implements DeploymentEvent {}

    /** A person took a target out: it runs nothing more in this deployment. */
    record TargetExcluded(TargetId target, String reason) implements DeploymentEvent {}

    /** All packages are in place and no more was asked for; the slot is given back. */
    record DeploymentStaged() implements DeploymentEvent {}

    /**
     * A staged deployment shall be deployed; it queues like any deployment.
     *
     * @param at not before this time
     */
    record DeploymentProceeded(int attempt, String by, Optional<Instant> at)
            implements DeploymentEvent {}

    /** Someone asked for a new attempt; it queues like any deployment. */
    record DeploymentRetried(int attempt, RetryFrom from, String by) implements DeploymentEvent {}

    /**
     * Someone changed how much may be brought to caches for it at once, also while it is.
     *
     * @param budget what counts from now on; what it leaves out has no limit
     */
    record DeploymentBudgetChanged(TransferBudget budget, String by) implements DeploymentEvent {}

    /** Someone asked to end it; at {@code deadline} it ends whatever happens. */
    record CancelRequested(String by, Instant deadline) implements DeploymentEvent {}

    /** Someone said so: clean-up is left out. */
    record CleanupSkipped(String by) implements DeploymentEvent {}

    /**
     * It has ended.
     *
     * @param failure in words a person can act on; empty if it succeeded
     * @param mayStillRun where an abandoned process may still be at work
     */
    record DeploymentEnded(DeploymentState state, Optional<String> failure, List<Pair> mayStillRun)
            implements DeploymentEvent {
        /** Copies the list. */
        public DeploymentEnded {
            mayStillRun = List.copyOf(mayStillRun);
        }
    }

    /** Why a person is asked. */
    enum InterruptionKind {
        GUIDED_FAILURE,
        MANUAL_INTERVENTION
    }

    /** What a person may answer. */
    enum Choice {
        /** Go on behind the manual intervention. */
        PROCEED,
        /** End the deployment as failed. */
        ABORT,
        /** Try again what failed. */
        RETRY,
        /** Go on as if it had not failed. */
        IGNORE,
        /** Go on without the targets where it failed. */
        EXCLUDE
    }

    /** What a retry begins with. */
    enum RetryFrom {
        FAILED,
        START
    }
}
