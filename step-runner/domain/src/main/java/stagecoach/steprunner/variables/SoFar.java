package stagecoach.steprunner.variables;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;

/**
 * What steps have done so far, for those that come after them.
 *
 * @param outputs what they set, in earlier runs too
 * @param states how the steps of this run stand
 * @param failure the first failure of this run
 */
public record SoFar(Collection<Output> outputs, States states, Optional<Failure> failure) {
    /** Nothing yet. */
    public static final SoFar NOTHING = of(List.of());

    /** Copies the outputs. */
    public SoFar {
        outputs = List.copyOf(outputs);
    }

    /** Only outputs. */
    public static SoFar of(Collection<Output> outputs) {
        return new SoFar(outputs, States.of(Map.of()), Optional.empty());
    }

    /**
     * What failed.
     *
     * @param sentence with the machine's own words, without secrets
     */
    public record Failure(StepName step, String sentence) {}
}
