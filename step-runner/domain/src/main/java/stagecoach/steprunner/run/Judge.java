package stagecoach.steprunner.run;

import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.StepRun.Underway;

/**
 * Tells what the texts of a step say that depend on what went before. It is asked when a step's
 * turn has come at a place, and answers from the plan and from what steps have set so far: the same
 * run gives the same answer.
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

    /** What a person is told at a manual intervention; empty as the plan has it. */
    default Optional<String> instructions(Underway run, Pair intervention) {
        return Optional.empty();
    }
}
