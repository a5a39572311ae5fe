package stagecoach.local.launcher.chaos.verdict;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A deployment that somebody asked for, and how it ended.
 *
 * @param steps in their order
 * @param state as the API tells it in the end; empty if it has not ended in time
 * @param failure in words, or an empty string
 * @param cancelled whether somebody wanted it to end before
 * @param course what was to become of it on its way
 * @param attempts how many somebody asked for
 * @param passedOver the steps that a cancelled one says it left out of its clean-up, or has not
 *     heard of until the bound of the cancel; each says why
 */
public record Asked(
        String deployment,
        String project,
        List<StepShape> steps,
        Optional<String> state,
        String failure,
        boolean cancelled,
        Course course,
        int attempts,
        Map<String, String> passedOver) {
    /** Copies the list and the map. */
    public Asked {
        steps = List.copyOf(steps);
        passedOver = Map.copyOf(passedOver);
    }
}
