package stagecoach.orchestrator.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.vocabulary.identity.Run;

/** What can be asked of a deployment. Commands that may begin a run bring the machines seen now. */
public sealed interface DeploymentCommand {
    /** Someone wants it: it waits for its slot. */
    record Queue(DeploymentQueued asked) implements DeploymentCommand {}

    /** It has its slot: open the attempt and the first phase. */
    record Start(Sight sight) implements DeploymentCommand {}

    /**
     * The service that runs a phase says that the run has ended.
     *
     * @param results of a step run: every pair it was given
     * @param missing of an acquisition: what could not be brought where
     */
    record EndPhase(
            Run run,
            RunOutcome outcome,
            Optional<String> reason,
            List<PairResult> results,
            List<MissingPackage> missing,
            Sight sight)
            implements DeploymentCommand {
        /** Copies the lists. */
        public EndPhase {
            results = List.copyOf(results);
            missing = List.copyOf(missing);
        }
    }

    /** A machine has changed: it may be the one that is waited for, or one that came too late. */
    record LookAgain(Sight sight) implements DeploymentCommand {}

    /** Machines were waited for long enough. */
    record BeginWithoutThem(Instant dueAt, Sight sight) implements DeploymentCommand {}

    /**
     * Someone wants it to end; the second time, without clean-up.
     *
     * @param deadline when it ends whatever happens
     */
    record Cancel(String by, Instant deadline, Sight sight) implements DeploymentCommand {}

    /** The deadline of a cancel has passed. */
    record EndNow(Instant dueAt) implements DeploymentCommand {}

    /** Someone wants a new attempt. */
    record Retry(RetryFrom from, String by) implements DeploymentCommand {}
}
