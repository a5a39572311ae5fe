package stagecoach.contracts.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
 * @param batch steps with the same number start together, when all steps of lower numbers have
 *     ended; numbers rise within a process, and a run may lack some
 * @param group the group that it is a child of; children stand together, and each target goes
 *     through them one after the other
 * @param conditional whether it has an {@code onlyIf}, or its group has; the expression itself is
 *     in the plan's process
 * @param waitFor how long a target is waited for, with {@link UnavailableTargets#WAIT}
 * @param manual what a person is asked, of a MANUAL_INTERVENTION
 * @param packageToInstall what a PACKAGE step installs
 * @param packages what the script of a SCRIPT step refers to, or lies in
 * @param skip why this deployment leaves the step out; empty if it does not
 */
public record PlannedStep(
        StepName name,
        Kind kind,
        Phase phase,
        RunOn runOn,
        int batch,
        Optional<StepName> group,
        Condition condition,
        boolean conditional,
        Optional<Duration> timeout,
        Retries retries,
        Optional<Integer> window,
        Optional<Integer> parallelism,
        UnavailableTargets unavailableTargets,
        Optional<Duration> waitFor,
        Optional<Mutex> mutex,
        Optional<Manual> manual,
        Optional<PinnedPackage> packageToInstall,
        List<ScriptPackage> packages,
        Optional<String> skip) {
    /** Copies the packages; a step of before there were any has none. */
    public PlannedStep {
        packages = packages == null ? List.of() : List.copyOf(packages);
    }

    /** A step without a script that refers to packages. */
    public PlannedStep(
            StepName name,
            Kind kind,
            Phase phase,
            RunOn runOn,
            int batch,
            Optional<StepName> group,
            Condition condition,
            boolean conditional,
            Optional<Duration> timeout,
            Retries retries,
            Optional<Integer> window,
            Optional<Integer> parallelism,
            UnavailableTargets unavailableTargets,
            Optional<Duration> waitFor,
            Optional<Mutex> mutex,
            Optional<Manual> manual,
            Optional<PinnedPackage> packageToInstall,
            Optional<String> skip) {
        this(
                name,
                kind,
                phase,
                runOn,
                batch,
                group,
                condition,
                conditional,
                timeout,
                retries,
                window,
                parallelism,
                unavailableTargets,
                waitFor,
                mutex,
                manual,
                packageToInstall,
                List.of(),
                skip);
    }

    /** What a step does. */
    public enum Kind {
        SCRIPT,
        PACKAGE,
        HTTP_CHECK,
        HEALTH_CHECK,
        MANUAL_INTERVENTION
    }

    /**
     * What a person is asked.
     *
     * @param instructions shown as they stand
     * @param roles who may answer; empty means everyone who may deploy
     */
    public record Manual(String instructions, List<String> roles) {
        /** Copies the roles. */
        public Manual {
            roles = List.copyOf(roles);
        }
    }

    /**
     * A package that lies beside a script.
     *
     * @param extract whether it is unpacked there
     */
    public record ScriptPackage(PinnedPackage pinned, boolean extract) {}

    /** What must be held, verified, wherever the step runs. */
    public List<PinnedPackage> needs() {
        return Stream.concat(
                        packageToInstall.stream(), packages.stream().map(ScriptPackage::pinned))
                .toList();
    }

    /** The same step, but that it is left out where nothing can run now. */
    public PlannedStep skippingUnavailable() {
        return new PlannedStep(
                name,
                kind,
                phase,
                runOn,
                batch,
                group,
                condition,
                conditional,
                timeout,
                retries,
                window,
                parallelism,
                UnavailableTargets.SKIP,
                Optional.empty(),
                mutex,
                manual,
                packageToInstall,
                packages,
                skip);
    }
}
