package stagecoach.contracts.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * What the steps of a run may say of their deployment as it stood when the run began.
 *
 * @param standing how the deployment would end if nothing more went wrong
 * @param error its first failure, in a sentence without secrets; empty if there was none
 * @param failedStep the step that failed first; empty as well if an acquisition did
 * @param comment what the one who asked for it wrote
 * @param createdBy who asked for it
 * @param previous the release that the environment had before; empty if there was none
 * @param earlier how steps ended in earlier runs
 */
public record RunFacts(
        Standing standing,
        Optional<String> error,
        Optional<StepName> failedStep,
        Optional<String> comment,
        Optional<String> createdBy,
        Optional<Instant> createdAt,
        Optional<ReleaseVersion> previous,
        List<EarlierStep> earlier) {
    /** Of a deployment of which nothing is known. */
    public static final RunFacts NONE =
            new RunFacts(
                    Standing.SUCCEEDED,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());

    /** Copies the steps. */
    public RunFacts {
        earlier = List.copyOf(earlier);
    }

    /** How a deployment would end if nothing more went wrong. */
    public enum Standing {
        SUCCEEDED,
        STAGED,
        FAILED,
        CANCELLED
    }

    /**
     * A step that ended so in an earlier run.
     *
     * @param targets where; empty for a step that runs once on a worker, or that a person does
     */
    public record EarlierStep(StepName step, StepState state, List<TargetId> targets) {
        /** Copies the targets. */
        public EarlierStep {
            targets = List.copyOf(targets);
        }
    }
}
