package stagecoach.steprunner.variables;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stagecoach.contracts.internal.Plan;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.DeploymentProcess.Leaf;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.StepTexts;
import stagecoach.vocabulary.template.Variable;

/**
 * The steps of which a plan's texts ask how they stand. Only of those it is told target by target:
 * for all steps that would be a variable for each pair, at each pair.
 */
final class StatesAskedFor {
    private static final Pattern STATE =
            Pattern.compile("Stagecoach\\.Step\\[([^\\]]+)\\]\\.State");

    private StatesAskedFor() {}

    static Set<StepName> in(Plan plan) {
        var asked = new HashSet<String>();
        texts(plan)
                .forEach(
                        text -> {
                            var matcher = STATE.matcher(text);
                            while (matcher.find()) {
                                asked.add(matcher.group(1));
                            }
                        });
        // An index that is a variable itself may become any step.
        return asked.stream().allMatch(IdRule::allows)
                ? asked.stream().map(StepName::new).collect(Collectors.toSet())
                : plan.process().leaves().stream()
                        .map(leaf -> leaf.step().name())
                        .collect(Collectors.toSet());
    }

    private static Stream<String> texts(Plan plan) {
        var ofSteps =
                plan.process().leaves().stream()
                        .flatMap(
                                (Leaf leaf) ->
                                        Stream.concat(
                                                StepTexts.of(leaf.step()).stream()
                                                        .map(StepTexts.Text::template),
                                                Stream.concat(
                                                        leaf.step().onlyIf().stream(),
                                                        leaf
                                                                .group()
                                                                .flatMap(Step::onlyIf)
                                                                .stream())));
        var ofVariables = plan.variables().stream().map(Variable::value);
        return Stream.of(ofSteps, ofVariables, plan.prompted().values().stream())
                .flatMap(texts -> texts);
    }
}
