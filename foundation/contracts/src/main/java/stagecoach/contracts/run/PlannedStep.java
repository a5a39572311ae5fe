package stagecoach.contracts.run;

import java.time.Duration;
import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * A step as a plan carries it: all that ordering and routing need, and nothing secret (no script
 * body, no URL, no variable).
 *
 * @param packageToInstall what a PACKAGE step installs
 * @param skip why this deployment leaves the step out; empty if it does not
 */
public record PlannedStep(
        StepName name,
        Kind kind,
        Phase phase,
        RunOn runOn,
        Condition condition,
        Optional<Duration> timeout,
        Retries retries,
        Optional<Integer> window,
        Optional<Integer> parallelism,
        UnavailableTargets unavailableTargets,
        Optional<Mutex> mutex,
        Optional<PinnedPackage> packageToInstall,
        Optional<String> skip) {
    /** What a step does. */
    public enum Kind {
        SCRIPT,
        PACKAGE,
        HTTP_CHECK
    }
}
