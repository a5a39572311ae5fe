package stagecoach.local.launcher.chaos.verdict;

import java.util.Set;

/**
 * A step as far as its traces go.
 *
 * @param name of the step
 * @param machines where it may run
 * @param everywhere whether it runs on each of the machines, or on one of them
 * @param tries how often a deployment that succeeds starts it on one machine: those that fail on
 *     purpose before, and the one that succeeds
 * @param always whether it runs whatever happens: once more if a cancel ends it at work
 */
public record StepShape(
        String name, Set<String> machines, boolean everywhere, int tries, boolean always) {
    /** Copies the set. */
    public StepShape {
        machines = Set.copyOf(machines);
    }

    /** One that only runs if nothing has failed. */
    public StepShape(String name, Set<String> machines, boolean everywhere, int tries) {
        this(name, machines, everywhere, tries, false);
    }

    /** How often it is started on one machine at most. */
    int startsMax(boolean cancelled) {
        return cancelled && always ? tries + 1 : tries;
    }
}
