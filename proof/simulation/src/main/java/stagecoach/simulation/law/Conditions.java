package stagecoach.simulation.law;

import stagecoach.contracts.run.Pair;
import stagecoach.vocabulary.identity.StepName;

/** What the {@code onlyIf} of steps says, whoever asks. */
public interface Conditions {
    /** Whether it is false at that place. */
    boolean leavesOut(Pair pair);

    /** Whether everybody knows what it says before anything runs. */
    boolean isKnownBefore(StepName step);

    /** Whether the step will not run at that place, whatever happens. */
    default boolean isSettled(Pair pair) {
        return isKnownBefore(pair.step()) && leavesOut(pair);
    }
}
