package stagecoach.steprunner.run;

import java.time.Duration;
import stagecoach.contracts.run.PlannedStep;

/** How long a step's machine may be out of reach when its turn has come. */
public final class Reach {
    private Reach() {}

    /**
     * The step's rule for missing machines, in time.
     *
     * @param usual for steps that do not wait for theirs; longer than the pauses in which tentacles
     *     dial again
     */
    public static Duration of(PlannedStep step, Duration usual) {
        if (step.kind() == PlannedStep.Kind.HEALTH_CHECK) {
            return step.timeout().orElse(usual);
        }
        return switch (step.unavailableTargets()) {
            case FAIL, SKIP, EXCLUDE -> usual;
            case WAIT -> step.waitFor().orElse(usual);
        };
    }
}
