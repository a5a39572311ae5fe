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
 * @param killAfter how long a process that shall end may take after TERM before it gets KILL; empty
 *     means as the installation says
 * @param abandonAfter how long after KILL a process is given up; empty means as the installation
 *     says
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
        Optional<Duration> killAfter,
        Optional<Duration> abandonAfter,
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

    /**
     * A step in the making: in DEPLOYMENT, after the step before it, on success, once, at all
     * places at once, everywhere, without a time limit. The builder says what is otherwise.
     */
    public static Builder of(String name, RunOn runOn, Action action) {
        return new Builder(new StepName(name), runOn, action);
    }

    /** A step in the making that is like this one so far. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * Says of a step what is not usual; see {@link Step#of}. Each method replaces what was said.
     */
    public static final class Builder {
        private final StepName name;
        private final RunOn runOn;
        private Action action;
        private Phase phase = Phase.DEPLOYMENT;
        private Condition condition = Condition.SUCCESS;
        private Optional<String> onlyIf = Optional.empty();
        private StartTrigger start = StartTrigger.AFTER_PREVIOUS;
        private Optional<Duration> timeout = Optional.empty();
        private Optional<Duration> killAfter = Optional.empty();
        private Optional<Duration> abandonAfter = Optional.empty();
        private Retries retries = Retries.NONE;
        private Optional<Integer> window = Optional.empty();
        private Optional<Integer> parallelism = Optional.empty();
        private UnavailableTargets unavailableTargets = UnavailableTargets.FAIL;
        private Optional<Duration> waitFor = Optional.empty();
        private Optional<Mutex> mutex = Optional.empty();
        private List<EnvironmentId> environments = List.of();
        private List<EnvironmentId> excludeEnvironments = List.of();
        private boolean required;
        private boolean disabled;

        private Builder(StepName name, RunOn runOn, Action action) {
            this.name = name;
            this.runOn = runOn;
            this.action = action;
        }

        private Builder(Step step) {
            this(step.name, step.runOn, step.action);
            phase = step.phase;
            condition = step.condition;
            onlyIf = step.onlyIf;
            start = step.start;
            timeout = step.timeout;
            killAfter = step.killAfter;
            abandonAfter = step.abandonAfter;
            retries = step.retries;
            window = step.window;
            parallelism = step.parallelism;
            unavailableTargets = step.unavailableTargets;
            waitFor = step.waitFor;
            mutex = step.mutex;
            environments = step.environments;
            excludeEnvironments = step.excludeEnvironments;
            required = step.required;
            disabled = step.disabled;
        }

        /** What it does instead. */
        public Builder action(Action value) {
            action = value;
            return this;
        }

        /** The phase that it belongs to. */
        public Builder phase(Phase value) {
            phase = value;
            return this;
        }

        /** It runs when this is so. */
        public Builder condition(Condition value) {
            condition = value;
            return this;
        }

        /** It runs where this template yields true. */
        public Builder onlyIf(String template) {
            onlyIf = Optional.of(template);
            return this;
        }

        /** It begins together with the step before it. */
        public Builder withPrevious() {
            start = StartTrigger.WITH_PREVIOUS;
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

        /** How long after KILL its process is given up. */
        public Builder abandonAfter(Duration bound) {
            abandonAfter = Optional.of(bound);
            return this;
        }

        /** How often it is tried again. */
        public Builder retries(Retries value) {
            retries = value;
            return this;
        }

        /** At most so many targets at once, sliding. */
        public Builder window(int targetsMax) {
            window = Optional.of(targetsMax);
            return this;
        }

        /** At most so many targets at once. */
        public Builder parallelism(int targetsMax) {
            parallelism = Optional.of(targetsMax);
            return this;
        }

        /** What it does about a target that cannot be reached. */
        public Builder unavailableTargets(UnavailableTargets rule) {
            unavailableTargets = rule;
            return this;
        }

        /** What it must not overlap with on a machine. */
        public Builder mutex(Mutex value) {
            mutex = Optional.of(value);
            return this;
        }

        /** Only in these environments. */
        public Builder environments(List<EnvironmentId> only) {
            environments = only;
            return this;
        }

        /** Everywhere but in these environments. */
        public Builder excludeEnvironments(List<EnvironmentId> except) {
            excludeEnvironments = except;
            return this;
        }

        /** No deployment may skip it. */
        public Builder required() {
            required = true;
            return this;
        }

        /** It is left out. */
        public Builder disabled() {
            disabled = true;
            return this;
        }

        /** The step. */
        public Step build() {
            return new Step(
                    name,
                    phase,
                    runOn,
                    action,
                    condition,
                    onlyIf,
                    start,
                    timeout,
                    killAfter,
                    abandonAfter,
                    retries,
                    window,
                    parallelism,
                    unavailableTargets,
                    waitFor,
                    mutex,
                    environments,
                    excludeEnvironments,
                    required,
                    disabled);
        }
    }
}
