package stagecoach.steprunner.run;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.StepState;
import stagecoach.steprunner.variables.States;
import stagecoach.vocabulary.identity.StepName;

/** How the steps of a run stand now. */
record RunStates(Map<StepName, StepProgress> steps) implements States {
    @Override
    public Optional<StepState> at(Pair pair) {
        return progress(pair.step()).flatMap(step -> step.stateAt(pair));
    }

    @Override
    public Set<StepState> anywhere(StepName step) {
        return progress(step).map(StepProgress::statesAnywhere).orElse(Set.of());
    }

    @Override
    public Map<Pair, StepState> everywhere(StepName step) {
        return progress(step).map(StepProgress::states).orElse(Map.of());
    }

    private Optional<StepProgress> progress(StepName step) {
        return Optional.ofNullable(steps.get(step));
    }
}
