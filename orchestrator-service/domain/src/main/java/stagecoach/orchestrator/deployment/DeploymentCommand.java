package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.TransferBudget;

/** What can be asked of a deployment. Commands that may begin a run bring the machines seen now. */
public sealed interface DeploymentCommand {
    /** Someone wants it: it waits for its slot. */
    record Queue(DeploymentQueued asked) implements DeploymentCommand {}

    /**
     * It has its slot: open the attempt and the first phase.
     *
     * @param previous the release that was deployed last to its environment with success
     */
    record Start(Observation observation, Optional<ReleaseVersion> previous)
            implements DeploymentCommand {}

    /**
     * It could not be started: it is not in the way of others.
     *
     * @param attempt the one that was tried; a later one may well start
     */
    record GiveUpStart(int attempt, String reason) implements DeploymentCommand {}

    /** The time of its schedule has come. */
    record FallDue(Instant dueAt) implements DeploymentCommand {}

    /** It has waited until its {@code notAfter}. */
    record Expire(Instant dueAt) implements DeploymentCommand {}

    /**
     * The service that runs a phase says that the run has ended.
     *
     * @param results of a step run: every pair it was given
     * @param missing of an acquisition: what could not be brought where
     * @param instructions of a manual intervention that it came to, with their variables
     * @param excluded the targets that its health checks took out
     */
    record EndPhase(
            Run run,
            RunOutcome outcome,
            Optional<String> reason,
            List<PairResult> results,
            List<MissingPackage> missing,
            Optional<String> instructions,
            List<TargetId> excluded,
            Observation observation)
            implements DeploymentCommand {
        /** Copies the lists. */
        public EndPhase {
            results = List.copyOf(results);
            missing = List.copyOf(missing);
            excluded = List.copyOf(excluded);
        }

        /** The end of a run of steps, as it is reported. */
        public static EndPhase of(Run run, StepRunEnded ended, Observation observation) {
            return new EndPhase(
                    run,
                    ended.outcome(),
                    ended.reason(),
                    ended.results(),
                    List.of(),
                    ended.instructions(),
                    ended.excluded(),
                    observation);
        }

        /** An end without a manual intervention, at which no target is taken out. */
        public EndPhase(
                Run run,
                RunOutcome outcome,
                Optional<String> reason,
                List<PairResult> results,
                List<MissingPackage> missing,
                Observation observation) {
            this(run, outcome, reason, results, missing, Optional.empty(), List.of(), observation);
        }
    }

    /** A machine has changed: it may be the one that is waited for, or one that came too late. */
    record LookAgain(Observation observation) implements DeploymentCommand {}

    /** Machines were waited for long enough. */
    record BeginWithoutThem(Instant dueAt, Observation observation) implements DeploymentCommand {}

    /**
     * Someone wants it to end. A repeat changes nothing, unless it says more.
     *
     * @param deadline when it ends whatever happens
     * @param skipCleanup whether the clean-up is left out, or ended if it has begun
     */
    record Cancel(String by, Instant deadline, boolean skipCleanup, Observation observation)
            implements DeploymentCommand {}

    /** The deadline of a cancel has passed. */
    record EndNow(Instant dueAt) implements DeploymentCommand {}

    /**
     * A person answers the question that the deployment asks.
     *
     * @param roles of that person, and the teams
     * @param trust how long a pause may last until packages may have gone from their machines
     */
    record Resolve(
            InterruptionId interruption,
            Choice choice,
            String by,
            Set<String> roles,
            Optional<String> notes,
            Duration trust,
            Observation observation)
            implements DeploymentCommand {
        /** Copies the roles. */
        public Resolve {
            roles = Set.copyOf(roles);
        }
    }

    /**
     * Someone wants what was only acquired to be deployed.
     *
     * @param at not before this time
     */
    record Proceed(String by, Optional<Instant> at) implements DeploymentCommand {}

    /** Someone wants another budget for what is, or will be, on its way to caches. */
    record ChangeBudget(TransferBudget budget, String by) implements DeploymentCommand {}

    /** Someone wants a new attempt. */
    record Retry(RetryFrom from, String by) implements DeploymentCommand {}
}
