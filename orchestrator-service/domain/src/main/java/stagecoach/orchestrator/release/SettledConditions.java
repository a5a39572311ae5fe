package stagecoach.orchestrator.release;

import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.OnlyIf;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.VariableSet;

/**
 * Tells which steps of a deployment will not run, because their {@code onlyIf} is false wherever
 * they would run and whatever happens before: these need no machine and no package. What depends on
 * a machine or on an earlier step is judged when the step's turn has come.
 */
final class SettledConditions {
    private final Release release;
    private final EnvironmentId environment;
    private final VariableSet variables;

    SettledConditions(Release release, EnvironmentId environment) {
        this.release = release;
        this.environment = environment;
        this.variables = VariableSet.of(release.variables());
    }

    /** Why the step is left out, in the words with which it would be later. */
    Optional<String> whyNot(Leaf leaf) {
        return whyNot(
                        leaf,
                        leaf.group().flatMap(Step::onlyIf),
                        "left out, because the onlyIf of its group is false")
                .or(
                        () ->
                                whyNot(
                                        leaf,
                                        leaf.step().onlyIf(),
                                        "left out, because its onlyIf is false"));
    }

    private Optional<String> whyNot(Leaf leaf, Optional<String> expression, String why) {
        return expression
                .flatMap(text -> settled(leaf.step(), text))
                .filter(yes -> !yes)
                .map(_ -> why);
    }

    /** What an expression says; empty if that is not settled yet, or cannot be told. */
    private Optional<Boolean> settled(Step step, String expression) {
        try {
            ResolvedVariables.Foreseen foreseen =
                    variables
                            .resolveWherever(environment, step.name())
                            .withFacts(
                                    Map.of(
                                            BuiltIns.RELEASE_VERSION,
                                            release.version().value(),
                                            BuiltIns.ENVIRONMENT_ID,
                                            environment.value(),
                                            BuiltIns.PROJECT_ID,
                                            release.project().value(),
                                            BuiltIns.STEP_NAME,
                                            step.name().value()))
                            .withLater(BuiltIns::canBe)
                            .foresee(Template.parse(expression));
            return foreseen.unknown().isEmpty()
                    ? foreseen.text().flatMap(OnlyIf::parse)
                    : Optional.empty();
        } catch (VariableProblem problem) {
            // Told to whoever asks for the deployment, with the places where it counts.
            return Optional.empty();
        }
    }
}
