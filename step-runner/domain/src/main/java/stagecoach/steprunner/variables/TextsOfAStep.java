package stagecoach.steprunner.variables;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.StepTexts;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.VariableNames;

/** What a step's action says, looked through once for the outputs that it names. */
final class TextsOfAStep {
    /** A name as scripts write it: for get_stagecoach_variable, or as in their environment. */
    private static final Pattern NAMED =
            Pattern.compile(
                    "STAGECOACH_STEP_[A-Z0-9_]+|Stagecoach\\.Step\\[[\\w-]+\\]\\.Output[\\w.:\\[\\]-]*\\w");

    private final List<String> templates;
    private final Set<String> written = new HashSet<>();

    private TextsOfAStep(List<String> templates) {
        this.templates = templates;
        for (String template : templates) {
            var matcher = NAMED.matcher(template);
            while (matcher.find()) {
                written.add(matcher.group());
            }
        }
    }

    static TextsOfAStep of(Step step) {
        return new TextsOfAStep(StepTexts.of(step).stream().map(StepTexts.Text::template).toList());
    }

    /** Those of {@code names} that the step asks for, in its templates or otherwise. */
    Set<String> namedOf(Set<String> names, ResolvedVariables known) {
        var named = new HashSet<String>();
        if (names.isEmpty()) {
            return named;
        }
        templates.forEach(template -> named.addAll(known.askedForBy(template)));
        named.retainAll(names);
        if (!written.isEmpty()) {
            for (String name : names) {
                if (written.contains(name)
                        || written.contains(VariableNames.environmentName(name))) {
                    named.add(name);
                }
            }
        }
        return named;
    }
}
