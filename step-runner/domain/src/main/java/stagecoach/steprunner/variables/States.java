package stagecoach.steprunner.variables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.StepName;

/**
 * How the steps of a run stand. It is asked step by step and place by place, since each command
 * asks, and a run has as many pairs as it has commands.
 */
public interface States {
    /** How a step stands at a place; empty if it has nothing to do with it in this run. */
    Optional<StepState> at(Pair pair);

    /** All the ways in which a step stands anywhere. */
    Set<StepState> anywhere(StepName step);

    /** How a step stands at each of its places. */
    Map<Pair, StepState> everywhere(StepName step);

    /** Those that are known already. */
    static States of(Map<Pair, StepState> known) {
        return new States() {
            @Override
            public Optional<StepState> at(Pair pair) {
                return Optional.ofNullable(known.get(pair));
            }

            @Override
            public Set<StepState> anywhere(StepName step) {
                return Set.copyOf(everywhere(step).values());
            }

            @Override
            public Map<Pair, StepState> everywhere(StepName step) {
                return known.entrySet().stream()
                        .filter(entry -> entry.getKey().step().equals(step))
                        .collect(
                                Collectors.toMap(
                                        Map.Entry::getKey,
                                        Map.Entry::getValue,
                                        (one, _) -> one,
                                        LinkedHashMap::new));
            }
        };
    }
}
