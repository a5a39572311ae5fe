package stagecoach.contracts.steprun;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Phase;

/** What happens in a run of steps; stream {@code steprun-<deployment>-<run>}. */
public sealed interface StepRunEvent {
    /**
     * A run of steps begins.
     *
     * @param guided whether it ends at its first failure, for a person to decide
     * @param facts what its steps may say of the deployment; empty of runs of before this was told
     */
    record StepRunStarted(
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
            List<StepAssignment> assignments,
            Optional<RunFacts> facts)
            implements StepRunEvent {
        /** Copies the assignments. */
        public StepRunStarted {
            assignments = List.copyOf(assignments);
        }
    }

    /**
     * A step begins at one place, under a ticket of its own; its command leaves with this event.
     *
     * @param tryNumber 1, or more after failed tries
     */
    record StepStarted(Pair pair, Place place, Ticket ticket, int tryNumber)
            implements StepRunEvent {}

    /** A try failed and another will follow. */
    record StepTryFailed(
            Pair pair, Ticket ticket, Optional<Integer> exitCode, String reason, Instant nextTryAt)
            implements StepRunEvent {}

    /**
     * A step has ended at one place.
     *
     * @param ticket empty if it never started there
     * @param outputs the output variables that it set
     * @param reason for people, unless it succeeded
     * @param sensitiveOutputs the names of the sensitive ones; their values are in no event
     */
    record StepFinished(
            Pair pair,
            Optional<Ticket> ticket,
            StepState state,
            Optional<Integer> exitCode,
            Map<String, String> outputs,
            Optional<String> reason,
            boolean mayStillRun,
            List<String> sensitiveOutputs)
            implements StepRunEvent {
        /** Copies the outputs; an event of before there were sensitive ones names none. */
        public StepFinished {
            outputs = Map.copyOf(outputs);
            sensitiveOutputs = sensitiveOutputs == null ? List.of() : List.copyOf(sensitiveOutputs);
        }

        /** An end without sensitive outputs. */
        public StepFinished(
                Pair pair,
                Optional<Ticket> ticket,
                StepState state,
                Optional<Integer> exitCode,
                Map<String, String> outputs,
                Optional<String> reason,
                boolean mayStillRun) {
            this(pair, ticket, state, exitCode, outputs, reason, mayStillRun, List.of());
        }
    }

    /** A step is left out, at these pairs or (with an empty list) everywhere. */
    record StepSkipped(StepName step, List<Pair> pairs, String reason) implements StepRunEvent {
        /** Copies the pairs. */
        public StepSkipped {
            pairs = List.copyOf(pairs);
        }
    }

    /** The deployment was cancelled: nothing new starts, what runs is told to end. */
    record StepRunCancelling() implements StepRunEvent {}

    /**
     * The run has ended, with a result for every pair it was given. Pairs that a run left for a
     * person to decide about are PENDING; the manual intervention that it came to is RUNNING.
     *
     * @param instructions what that person is told, with its variables; secrets are masked
     * @param excluded the targets that health checks took out of the deployment
     */
    record StepRunEnded(
            RunOutcome outcome,
            Optional<String> reason,
            List<PairResult> results,
            Optional<String> instructions,
            List<TargetId> excluded)
            implements StepRunEvent {
        /** Copies the lists; an end of before targets were taken out names none. */
        public StepRunEnded {
            results = List.copyOf(results);
            excluded = excluded == null ? List.of() : List.copyOf(excluded);
        }

        /** An end at which nobody is told anything, and no target is taken out. */
        public StepRunEnded(RunOutcome outcome, Optional<String> reason, List<PairResult> results) {
            this(outcome, reason, results, Optional.empty(), List.of());
        }
    }
}
