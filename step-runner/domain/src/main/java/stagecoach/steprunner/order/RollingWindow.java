package stagecoach.steprunner.order;

import stagecoach.contracts.run.PlannedStep;
import stagecoach.vocabulary.process.Condition;

/**
 * At how many places a step may be at work at once. The window slides: as soon as one place has
 * ended, the next one starts.
 *
 * @param placesMax the width, at least 1
 * @param stopsAtFailure whether a failure at one place keeps the step from starting at others
 */
public record RollingWindow(int placesMax, boolean stopsAtFailure) {
    /**
     * The window of a step: the rolling one, or so many in parallel, or all at once. Only a rolling
     * step stops at a failure, and only one that runs on success: what cleans up is tried
     * everywhere.
     */
    public static RollingWindow of(PlannedStep step) {
        boolean stops = step.window().isPresent() && step.condition() == Condition.SUCCESS;
        int max = step.window().or(step::parallelism).orElse(Integer.MAX_VALUE);
        return new RollingWindow(Math.max(1, max), stops);
    }

    /**
     * The window of a group's targets, as its children carry it; a rolling one stops at a failure.
     */
    public static RollingWindow ofGroup(PlannedStep child) {
        int max = child.window().or(child::parallelism).orElse(Integer.MAX_VALUE);
        return new RollingWindow(Math.max(1, max), child.window().isPresent());
    }

    /** How many more places may start while {@code busy} are at work. */
    public int free(int busy) {
        return Math.max(0, placesMax - busy);
    }
}
