package stagecoach.steprunner.run;

import stagecoach.contracts.run.Pair;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.StepRun.Underway;

/**
 * Tells what {@code onlyIf} says. It is asked when a step's turn has come at a place, and answers
 * from the plan and from what steps have set so far: the same run gives the same answer.
 */
@FunctionalInterface
public interface Judge {
    /** For runs without conditional steps: it refuses to answer. */
    Judge NOBODY =
            (run, pair) -> {
                throw new IllegalStateException("nobody can judge the onlyIf of " + pair);
            };

    /** What the step's {@code onlyIf} says at that place, now. */
    Answer judge(Underway run, Pair pair);
}
