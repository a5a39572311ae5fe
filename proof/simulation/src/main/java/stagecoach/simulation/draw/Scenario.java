package stagecoach.simulation.draw;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * All that a seed has drawn before anything happens; a kept finding is one of these as JSON.
 *
 * @param seed what else is drawn on the way (delays, repeats, exit codes) comes from it too
 * @param tasksMax how many deployments may be under way at once
 * @param arrivalsWaitSeconds how long a run waits for machines; 0 for not at all
 * @param brokenPackages numbers of packages that the central store cannot give
 */
public record Scenario(
        long seed,
        List<StepDraft> steps,
        List<MachineDraft> targets,
        List<MachineDraft> workers,
        List<CacheDraft> caches,
        List<DeploymentDraft> deployments,
        int tasksMax,
        long arrivalsWaitSeconds,
        List<Integer> brokenPackages,
        Weather weather,
        List<Fault> faults) {
    /** Copies the lists. */
    public Scenario {
        steps = List.copyOf(steps);
        targets = List.copyOf(targets);
        workers = List.copyOf(workers);
        caches = List.copyOf(caches);
        deployments = List.copyOf(deployments);
        brokenPackages = List.copyOf(brokenPackages);
        faults = List.copyOf(faults);
    }

    /** The same with other steps. */
    public Scenario withSteps(List<StepDraft> others) {
        return with(others, targets, workers, caches, deployments, faults);
    }

    /** The same with other targets. */
    public Scenario withTargets(List<MachineDraft> others) {
        return with(steps, others, workers, caches, deployments, faults);
    }

    /** The same with other workers. */
    public Scenario withWorkers(List<MachineDraft> others) {
        return with(steps, targets, others, caches, deployments, faults);
    }

    /** The same with other caches. */
    public Scenario withCaches(List<CacheDraft> others) {
        return with(steps, targets, workers, others, deployments, faults);
    }

    /** The same with other deployments. */
    public Scenario withDeployments(List<DeploymentDraft> others) {
        return with(steps, targets, workers, caches, others, faults);
    }

    /** The same with other faults. */
    public Scenario withFaults(List<Fault> others) {
        return with(steps, targets, workers, caches, deployments, others);
    }

    private Scenario with(
            List<StepDraft> newSteps,
            List<MachineDraft> newTargets,
            List<MachineDraft> newWorkers,
            List<CacheDraft> newCaches,
            List<DeploymentDraft> newDeployments,
            List<Fault> newFaults) {
        return new Scenario(
                seed,
                newSteps,
                newTargets,
                newWorkers,
                newCaches,
                newDeployments,
                tasksMax,
                arrivalsWaitSeconds,
                brokenPackages,
                weather,
                newFaults);
    }

    /**
     * A step of the process.
     *
     * @param tags of the targets that it runs on
     * @param window how many places at once, a rolling step; 0 for none
     * @param parallelism how many places at once; 0 for all
     * @param packageNumber the package that it installs; 0 for none
     * @param beside the package that its script refers to
     * @param timeoutSeconds 0 for none
     * @param withPrevious whether it starts together with the step before it
     * @param group the group that it is a child of; empty for none
     * @param waitSeconds how long it waits for machines that are away, if it does
     * @param healthSeconds within which time a machine must answer, if that is all that it asks
     * @param httpSeconds within which time a URL must answer, if it asks one
     * @param killSeconds from TERM to KILL, if it has its own bound
     * @param abandonSeconds from KILL until it is given up, if it has its own bound
     */
    public record StepDraft(
            String name,
            Phase phase,
            Where where,
            List<String> tags,
            Condition condition,
            int window,
            int parallelism,
            int retries,
            long backoffSeconds,
            UnavailableTargets unavailable,
            int packageNumber,
            Travel travel,
            long timeoutSeconds,
            boolean leftOut,
            Trouble trouble,
            boolean withPrevious,
            String group,
            OnlyIf onlyIf,
            Optional<Integer> beside,
            Optional<Integer> waitSeconds,
            Optional<Integer> healthSeconds,
            Optional<Integer> httpSeconds,
            Optional<Integer> killSeconds,
            Optional<Integer> abandonSeconds) {
        /** Copies the tags. */
        public StepDraft {
            tags = List.copyOf(tags);
        }

        /** One that waits for no machine and asks for no health. */
        StepDraft(
                String name,
                Phase phase,
                Where where,
                List<String> tags,
                Condition condition,
                int window,
                int parallelism,
                int retries,
                long backoffSeconds,
                UnavailableTargets unavailable,
                int packageNumber,
                Travel travel,
                long timeoutSeconds,
                boolean leftOut,
                Trouble trouble,
                boolean withPrevious,
                String group,
                OnlyIf onlyIf,
                Optional<Integer> beside) {
            this(
                    name,
                    phase,
                    where,
                    tags,
                    condition,
                    window,
                    parallelism,
                    retries,
                    backoffSeconds,
                    unavailable,
                    packageNumber,
                    travel,
                    timeoutSeconds,
                    leftOut,
                    trouble,
                    withPrevious,
                    group,
                    onlyIf,
                    beside,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        /** The same step, but that it runs in any case and cannot be killed. */
        StepDraft hardToEnd() {
            return with(
                    Condition.ALWAYS,
                    unavailable,
                    Trouble.CANNOT_BE_KILLED,
                    onlyIf,
                    waitSeconds,
                    healthSeconds,
                    httpSeconds);
        }

        /** The same step, but that its condition is known beforehand. */
        StepDraft knownBefore() {
            return with(
                    condition,
                    unavailable,
                    trouble,
                    OnlyIf.KNOWN_AT_PLACES,
                    waitSeconds,
                    healthSeconds,
                    httpSeconds);
        }

        /** The same step, but that it asks a URL. */
        StepDraft asking(Optional<Integer> within) {
            return with(
                    condition, unavailable, trouble, onlyIf, waitSeconds, healthSeconds, within);
        }

        /** The same step with another rule for machines that are away. */
        StepDraft meeting(
                UnavailableTargets rule, Optional<Integer> waits, Optional<Integer> health) {
            return with(condition, rule, trouble, onlyIf, waits, health, httpSeconds);
        }

        private StepDraft with(
                Condition newCondition,
                UnavailableTargets newUnavailable,
                Trouble newTrouble,
                OnlyIf newOnlyIf,
                Optional<Integer> newWaitSeconds,
                Optional<Integer> newHealthSeconds,
                Optional<Integer> newHttpSeconds) {
            return new StepDraft(
                    name,
                    phase,
                    where,
                    tags,
                    newCondition,
                    window,
                    parallelism,
                    retries,
                    backoffSeconds,
                    newUnavailable,
                    packageNumber,
                    travel,
                    timeoutSeconds,
                    leftOut,
                    newTrouble,
                    withPrevious,
                    group,
                    newOnlyIf,
                    beside,
                    newWaitSeconds,
                    newHealthSeconds,
                    newHttpSeconds,
                    killSeconds,
                    abandonSeconds);
        }

        /** The same step with bounds of its own for its end. */
        StepDraft ending(int kill, int abandon) {
            return new StepDraft(
                    name,
                    phase,
                    where,
                    tags,
                    condition,
                    window,
                    parallelism,
                    retries,
                    backoffSeconds,
                    unavailable,
                    packageNumber,
                    travel,
                    timeoutSeconds,
                    leftOut,
                    trouble,
                    withPrevious,
                    group,
                    onlyIf,
                    beside,
                    waitSeconds,
                    healthSeconds,
                    httpSeconds,
                    Optional.of(kill),
                    Optional.of(abandon));
        }
    }

    /** Where a step runs. */
    public enum Where {
        TARGETS,
        WORKER,
        ON_BEHALF,
        /** A person does it: a manual intervention. */
        BY_HAND
    }

    /** What a step's {@code onlyIf} says. */
    public enum OnlyIf {
        NONE,
        AT_SOME_PLACES,
        /** The same, and that is known before anything runs. */
        KNOWN_AT_PLACES,
        NOBODY_CAN_TELL
    }

    /** How a package comes to a target. */
    public enum Travel {
        NEAREST_CACHE,
        FEED,
        SERVER
    }

    /** What is wrong with a step's script. */
    public enum Trouble {
        NONE,
        FIRST_TRY_FAILS,
        FAILS_SOMEWHERE,
        FAILS,
        SLOW,
        IGNORES_TERM,
        CANNOT_BE_KILLED
    }

    /**
     * A target or a worker.
     *
     * @param region empty for none
     * @param comesAfterSeconds when its tentacle connects for the first time; -1 for never
     * @param slowness how many times longer everything takes there
     * @param deliveryFailsPercent how often a package does not arrive there
     */
    public record MachineDraft(
            String id,
            String tag,
            String region,
            boolean disabled,
            long comesAfterSeconds,
            int slowness,
            int deliveryFailsPercent) {}

    /** A cache; one that is broken cannot be filled. */
    public record CacheDraft(String id, String region, boolean broken) {}

    /**
     * A deployment that somebody asks for.
     *
     * @param targets the chosen ones; all if empty
     * @param guided whether a person decides at a failure
     * @param acquireOnly whether it is staged first, and somebody lets it proceed later
     * @param notBeforeSeconds how long after it was asked for it may start; 0 for at once
     * @param notAfterSeconds how long after that it is given up if it has not started; 0 for never
     */
    public record DeploymentDraft(
            String project,
            long askedAfterSeconds,
            boolean forceDownload,
            List<String> targets,
            boolean guided,
            boolean acquireOnly,
            long notBeforeSeconds,
            long notAfterSeconds) {
        /** Copies the targets. */
        public DeploymentDraft {
            targets = List.copyOf(targets);
        }
    }

    /**
     * What messages suffer.
     *
     * @param delayMaxMillis the usual longest delay
     * @param slowPercent how often one takes up to a hundred times longer
     * @param repeatPercent how often something is sent or handled again
     */
    public record Weather(int delayMaxMillis, int slowPercent, int repeatPercent) {}

    /**
     * Something that happens from outside.
     *
     * @param beat after so many happenings of the world; what is left when all is quiet comes then
     * @param whom the number of the service, machine or deployment, modulo how many there are
     * @param seconds how long it lasts, or how far the clock jumps
     */
    public record Fault(int beat, Kind kind, int whom, long seconds) {
        /** What can happen. */
        public enum Kind {
            SERVICE_CRASHES,
            POD_RESTARTS,
            TENTACLE_RESTARTS,
            MACHINE_REBOOTS,
            LINK_BREAKS,
            /** Its machine loses power for good. */
            MACHINE_STAYS_AWAY,
            CLOCK_JUMPS,
            LOG_LOSES_ITS_TAIL,
            SOMEONE_CANCELS,
            SOMEONE_RETRIES_WHAT_FAILED,
            SOMEONE_RETRIES_ALL
        }
    }
}
