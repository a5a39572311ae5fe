package stagecoach.vocabulary.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;

/**
 * One step of a deployment process. The children of a group carry what the group says of phase,
 * pace and unavailable targets themselves.
 *
 * @param onlyIf a template that must yield true or false at each place; empty means always
 * @param start whether it begins together with the step before it
 * @param timeout empty means none
 * @param window rolling: at most so many targets at once, sliding; excludes {@code parallelism}
 * @param parallelism at most so many targets at once; empty means all
 * @param waitFor how long a target is waited for, with {@link UnavailableTargets#WAIT}
 * @param mutex empty means the default: exclusive on targets, shared on workers
 * @param environments where the step applies; empty means everywhere
 * @param required whether a deployment may not skip it
 */
public record Step(
        StepName name,
        Phase phase,
        RunOn runOn,
        Action action,
        Condition condition,
        Optional<String> onlyIf,
        StartTrigger start,
        Optional<Duration> timeout,
        Retries retries,
        Optional<Integer> window,
        Optional<Integer> parallelism,
        UnavailableTargets unavailableTargets,
        Optional<Duration> waitFor,
        Optional<Mutex> mutex,
        List<EnvironmentId> environments,
        List<EnvironmentId> excludeEnvironments,
        boolean required,
        boolean disabled) {
    /** Copies the lists. */
    public Step {
        environments = List.copyOf(environments);
        excludeEnvironments = List.copyOf(excludeEnvironments);
    }
}
