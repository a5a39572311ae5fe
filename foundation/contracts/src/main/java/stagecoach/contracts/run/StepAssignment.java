package stagecoach.contracts.run;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import stagecoach.vocabulary.identity.TargetId;

/**
 * A step with the places where a run shall run it.
 *
 * @param skip why it runs nowhere, such as "no target in production has the tag web"; empty if
 *     there are places
 * @param leftOut targets that the step is meant for and that have no place, in the order of their
 *     ids; an older orchestrator does not tell, nor is it told where it would be thousands
 */
public record StepAssignment(
        PlannedStep step, List<Place> places, Optional<String> skip, List<LeftOut> leftOut) {
    /** Copies the lists. */
    public StepAssignment {
        places = List.copyOf(places);
        leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
    }

    /** One that leaves out no target of its own. */
    public StepAssignment(PlannedStep step, List<Place> places, Optional<String> skip) {
        this(step, places, skip, List.of());
    }

    /** A target on which the step does not run in this deployment, and why. */
    public record LeftOut(TargetId target, String reason) {}

    /** The same without a word about who was left out. */
    public StepAssignment withoutLeftOut() {
        return new StepAssignment(step, places, skip);
    }

    /** The same with other places. */
    public StepAssignment at(UnaryOperator<List<Place>> changed) {
        return new StepAssignment(step, changed.apply(places), skip, leftOut);
    }

    /** The same for a step of which something else is changed. */
    public StepAssignment of(PlannedStep changed) {
        return new StepAssignment(changed, places, skip, leftOut);
    }
}
