package stagecoach.contracts.run;

import java.util.List;
import java.util.Optional;

/**
 * A step with the places where a run shall run it.
 *
 * @param skip why it runs nowhere, such as "no target in production has the tag web"; empty if
 *     there are places
 */
public record StepAssignment(PlannedStep step, List<Place> places, Optional<String> skip) {
    /** Copies the places. */
    public StepAssignment {
        places = List.copyOf(places);
    }
}
