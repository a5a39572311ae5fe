package stagecoach.orchestrator.app.deployment.intake;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.app.request.Mistakes;
import stagecoach.orchestrator.needs.TargetSelection;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.template.ScopeContext;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/** Finds, before anything runs, the places where two values of a variable are equally specific. */
final class VariableCheck {
    /** Which worker a pool step gets depends on the deployment, which is not named yet. */
    private static final DeploymentId ANY = new DeploymentId("00000000");

    private VariableCheck() {}

    static void check(DeploymentDraft draft, Mistakes mistakes) {
        var variables = VariableSet.of(draft.release().variables());
        var selection =
                new TargetSelection(ANY, draft.environment(), draft.selection(), draft.roster());
        Set<String> told = new LinkedHashSet<>();
        for (PlannedStep step : draft.steps()) {
            for (Place place : selection.assign(step).places()) {
                ambiguity(variables, draft, step, place).ifPresent(told::add);
            }
        }
        told.forEach(sentence -> mistakes.add("/release", sentence));
    }

    private static Optional<String> ambiguity(
            VariableSet variables, DeploymentDraft draft, PlannedStep step, Place place) {
        try {
            variables.resolve(
                    new ScopeContext(
                            draft.environment(),
                            place.target(),
                            Set.copyOf(place.tags()),
                            Optional.of(step.name()),
                            place.region()));
            return Optional.empty();
        } catch (VariableProblem.Ambiguous ambiguous) {
            return Optional.of(
                    "%s They meet at step \"%s\"%s."
                            .formatted(
                                    ambiguous.sentence(),
                                    step.name(),
                                    place.target().map(t -> " on " + t).orElse("")));
        }
    }
}
