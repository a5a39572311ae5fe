package stagecoach.steprunner.variables;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.StepName;

/**
 * What steps have done so far, for those that come after them.
 *
 * @param outputs what they set, in earlier runs too
 * @param states how the steps of this run stand
 * @param failure the first failure of this run
 */
public record SoFar(
        Collection<Output> outputs, Map<Pair, StepState> states, Optional<Failure> failure) {
    /** Nothing yet. */
    public static final SoFar NOTHING = of(List.of());

    /** Copies both. */
    public SoFar {
        outputs = List.copyOf(outputs);
        states = Map.copyOf(states);
    }

    /** Only outputs. */
    public static SoFar of(Collection<Output> outputs) {
        return new SoFar(outputs, Map.of(), Optional.empty());
    }

    /**
     * What failed.
     *
     * @param sentence with the machine's own words, without secrets
     */
    public record Failure(StepName step, String sentence) {}
}
