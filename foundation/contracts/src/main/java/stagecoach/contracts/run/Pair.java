package stagecoach.contracts.run;

import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * A step at one of its targets; a step that runs once on a worker has none. Retries go by pairs.
 */
public record Pair(StepName step, Optional<TargetId> target) {
    @Override
    public String toString() {
        return target.map(t -> step + " on " + t).orElse(step.value());
    }
}
