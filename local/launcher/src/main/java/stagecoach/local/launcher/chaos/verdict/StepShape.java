package stagecoach.local.launcher.chaos.verdict;

import java.util.Set;

/**
 * A step as far as its traces go.
 *
 * @param name of the step
 * @param machines where it may run
 * @param everywhere whether it runs on each of the machines, or on one of them
 * @param tries how often an attempt that succeeds starts it on one machine: those that fail on
 *     purpose before, and the one that succeeds
 * @param eachAttempt whether it runs in each attempt, although it succeeded in an earlier one
 * @param always whether it runs whatever happens: once more if a cancel ends it at work
 * @param together whether it begins with the step before it, so that each may come first
 */
public record StepShape(
        String name,
        Set<String> machines,
        boolean everywhere,
        int tries,
        boolean eachAttempt,
        boolean always,
        boolean together) {
    /** Copies the set. */
    public StepShape {
        machines = Set.copyOf(machines);
    }

    /** One that runs if nothing has failed, until it has succeeded. */
    public StepShape(String name, Set<String> machines, boolean everywhere, int tries) {
        this(name, machines, everywhere, tries, false, false, false);
    }

    /** The same, but that it runs in each attempt. */
    public StepShape inEachAttempt() {
        return new StepShape(name, machines, everywhere, tries, true, always, together);
    }

    /** The same, but that it runs in each attempt and whatever happens. */
    public StepShape whateverHappens() {
        return new StepShape(name, machines, everywhere, tries, true, true, together);
    }

    /** The same, but that it begins with the step before it. */
    public StepShape withPrevious() {
        return new StepShape(name, machines, everywhere, tries, eachAttempt, always, true);
    }
}
