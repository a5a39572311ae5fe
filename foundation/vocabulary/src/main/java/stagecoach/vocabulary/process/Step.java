package stagecoach.vocabulary.process;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;

/**
 * One step of a deployment process.
 *
 * @param timeout empty means none
 * @param window rolling: at most so many targets at once, sliding; excludes {@code parallelism}
 * @param parallelism at most so many targets at once; empty means all
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
        Optional<Duration> timeout,
        Retries retries,
        Optional<Integer> window,
        Optional<Integer> parallelism,
        UnavailableTargets unavailableTargets,
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
