package stagecoach.contracts.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import stagecoach.vocabulary.identity.AgentId;
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
 * @param killAfter how long a process that shall end may take after TERM; empty means as usual
 * @param abandonAfter how long after KILL it is given up; empty means as usual
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
        Optional<Duration> killAfter,
        Optional<Duration> abandonAfter,
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

    /**
     * A step in the making: in DEPLOYMENT, in batch 1 and no group, on success, once, at all places
     * at once, without a time limit or a package. The builder says what is otherwise.
     */
    public static Builder of(String name, Kind kind, RunOn runOn) {
        return new Builder(new StepName(name), kind, runOn);
    }

    /** A step in the making that is like this one so far. */
    public Builder toBuilder() {
        return new Builder(this);
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

    /**
     * The tentacle that does the step's work at a place of its; empty if no worker could be found,
     * or no machine is needed. What workers do is never done by the target itself.
     */
    public Optional<AgentId> agentAt(Place place) {
        return switch (runOn) {
            case RunOn.Targets _ -> place.target().map(AgentId::of);
            case RunOn.Worker _, RunOn.OnBehalfOf _ -> place.worker().map(AgentId::of);
            case RunOn.NoMachine _ -> Optional.empty();
        };
    }

    /** The same step, but that it is left out where nothing can run now. */
    public PlannedStep skippingUnavailable() {
        return toBuilder().unavailable(UnavailableTargets.SKIP).build();
    }

    /**
     * Says of a step what is not usual; see {@link PlannedStep#of}. Each method replaces what was
     * said.
     */
    public static final class Builder {
        private StepName name;
        private Kind kind;
        private Phase phase = Phase.DEPLOYMENT;
        private RunOn runOn;
        private int batch = 1;
        private Optional<StepName> group = Optional.empty();
        private Condition condition = Condition.SUCCESS;
        private boolean conditional;
        private Optional<Duration> timeout = Optional.empty();
        private Optional<Duration> killAfter = Optional.empty();
        private Optional<Duration> abandonAfter = Optional.empty();
        private Retries retries = Retries.NONE;
        private Optional<Integer> window = Optional.empty();
        private Optional<Integer> parallelism = Optional.empty();
        private UnavailableTargets unavailableTargets = UnavailableTargets.FAIL;
        private Optional<Duration> waitFor = Optional.empty();
        private Optional<Mutex> mutex = Optional.empty();
        private Optional<Manual> manual = Optional.empty();
        private Optional<PinnedPackage> packageToInstall = Optional.empty();
        private List<ScriptPackage> packages = List.of();
        private Optional<String> skip = Optional.empty();

        private Builder(StepName name, Kind kind, RunOn runOn) {
            this.name = name;
            this.kind = kind;
            this.runOn = runOn;
        }

        private Builder(PlannedStep step) {
            this(step.name, step.kind, step.runOn);
            phase = step.phase;
            batch = step.batch;
            group = step.group;
            condition = step.condition;
            conditional = step.conditional;
            timeout = step.timeout;
            killAfter = step.killAfter;
            abandonAfter = step.abandonAfter;
            retries = step.retries;
            window = step.window;
            parallelism = step.parallelism;
            unavailableTargets = step.unavailableTargets;
            waitFor = step.waitFor;
            mutex = step.mutex;
            manual = step.manual;
            packageToInstall = step.packageToInstall;
            packages = step.packages;
            skip = step.skip;
        }

        /** Its name. */
        public Builder name(String value) {
            name = new StepName(value);
            return this;
        }

        /** What it does. */
        public Builder kind(Kind value) {
            kind = value;
            return this;
        }

        /** The phase that it belongs to. */
        public Builder phase(Phase value) {
            phase = value;
            return this;
        }

        /** Where it runs. */
        public Builder runOn(RunOn value) {
            runOn = value;
            return this;
        }

        /** It starts together with all steps of this number. */
        public Builder batch(int number) {
            batch = number;
            return this;
        }

        /** It is a child of this group. */
        public Builder group(String value) {
            group = Optional.of(new StepName(value));
            return this;
        }

        /** It runs when this is so. */
        public Builder condition(Condition value) {
            condition = value;
            return this;
        }

        /** It has an {@code onlyIf}, or its group has. */
        public Builder conditional(boolean value) {
            conditional = value;
            return this;
        }

        /** The longest that it may take. */
        public Builder timeout(Duration max) {
            timeout = Optional.of(max);
            return this;
        }

        /** How long its process may take to end after TERM. */
        public Builder killAfter(Duration grace) {
            killAfter = Optional.of(grace);
            return this;
        }

        /** How often it is tried again. */
        public Builder retries(Retries value) {
            retries = value;
            return this;
        }

        /** At most so many targets at once, sliding; empty means no window. */
        public Builder window(Optional<Integer> targetsMax) {
            window = targetsMax;
            return this;
        }

        /** At most so many targets at once; empty means all. */
        public Builder parallelism(Optional<Integer> targetsMax) {
            parallelism = targetsMax;
            return this;
        }

        /** What becomes of targets that are not there; {@link #awaiting} says how long. */
        public Builder unavailable(UnavailableTargets what) {
            unavailableTargets = what;
            waitFor = Optional.empty();
            return this;
        }

        /** Targets that are not there are waited for so long. */
        public Builder awaiting(Duration max) {
            unavailableTargets = UnavailableTargets.WAIT;
            waitFor = Optional.of(max);
            return this;
        }

        /** A person does it. */
        public Builder manual(String instructions, List<String> roles) {
            kind = Kind.MANUAL_INTERVENTION;
            manual = Optional.of(new Manual(instructions, roles));
            return this;
        }

        /** It installs this package. */
        public Builder installing(PinnedPackage pinned) {
            kind = Kind.PACKAGE;
            packageToInstall = Optional.of(pinned);
            return this;
        }

        /** Its script finds these packages beside it. */
        public Builder packages(List<ScriptPackage> beside) {
            packages = beside;
            return this;
        }

        /** This deployment leaves it out, and why. */
        public Builder leftOut(String why) {
            skip = Optional.of(why);
            return this;
        }

        /** The step. */
        public PlannedStep build() {
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
                    killAfter,
                    abandonAfter,
                    retries,
                    window,
                    parallelism,
                    unavailableTargets,
                    waitFor,
                    mutex,
                    manual,
                    packageToInstall,
                    packages,
                    skip);
        }
    }
}
