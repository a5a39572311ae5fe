package stagecoach.orchestrator.release;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Place;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.OnlyIf;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.ScopeContext;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/**
 * Tells at which places a step of a plan will not run, because its {@code onlyIf} is false there
 * whatever happens before. What depends on an earlier step is judged when the step's turn has come.
 */
public final class PlaceConditions {
    private final Plan plan;
    private final VariableSet variables;
    private final Map<StepName, Leaf> leaves = new HashMap<>();

    /** The conditions of {@code plan}. */
    public PlaceConditions(Plan plan) {
        this.plan = plan;
        this.variables = VariableSet.of(plan.variables());
        for (Leaf leaf : plan.process().leaves()) {
            leaves.put(leaf.step().name(), leaf);
        }
    }

    /** Whether it is known that the step does not run at that place. */
    public boolean leavesOut(StepName step, Place place) {
        return Optional.ofNullable(leaves.get(step)).stream()
                .flatMap(
                        leaf ->
                                Stream.concat(
                                        leaf.group().flatMap(Step::onlyIf).stream(),
                                        leaf.step().onlyIf().stream()))
                .anyMatch(expression -> isFalse(expression, step, place));
    }

    private boolean isFalse(String expression, StepName step, Place place) {
        try {
            ResolvedVariables.Foreseen foreseen =
                    variables
                            .resolve(
                                    new ScopeContext(
                                            plan.environment(),
                                            place.target(),
                                            Set.copyOf(place.tags()),
                                            Optional.of(step),
                                            place.region()))
                            .overriddenBy(plan.prompted())
                            .withFacts(facts(step, place))
                            .withLater(BuiltIns::canBe)
                            .foresee(Template.parse(expression));
            return foreseen.unknown().isEmpty()
                    && foreseen.text().flatMap(OnlyIf::parse).filter(yes -> !yes).isPresent();
        } catch (VariableProblem problem) {
            // Told by the step when its turn has come, where it is a failure.
            return false;
        }
    }

    /** Without the target's name: people may change that until the step's turn has come. */
    private Map<String, String> facts(StepName step, Place place) {
        var facts = new HashMap<String, String>();
        facts.put(BuiltIns.RELEASE_VERSION, plan.release().value());
        facts.put(BuiltIns.ENVIRONMENT_ID, plan.environment().value());
        facts.put(BuiltIns.PROJECT_ID, plan.project().value());
        facts.put(BuiltIns.STEP_NAME, step.value());
        place.target().ifPresent(target -> facts.put(BuiltIns.TARGET_ID, target.value()));
        place.region().ifPresent(region -> facts.put(BuiltIns.REGION_ID, region.value()));
        return facts;
    }
}
