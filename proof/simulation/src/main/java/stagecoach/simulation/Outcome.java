package stagecoach.simulation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.decider.StreamId;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.law.Broken;

/**
 * How a scenario went.
 *
 * @param broken the invariant that did not hold, if one did not
 * @param beats how many things happened
 * @param story what happened, in words
 * @param histories every stream of every service at the end
 */
public record Outcome(
        Scenario scenario,
        Optional<Broken> broken,
        int beats,
        List<String> story,
        Map<StreamId, List<Object>> histories) {
    /** Copies the collections. */
    public Outcome {
        story = List.copyOf(story);
        histories = Map.copyOf(histories);
    }
}
