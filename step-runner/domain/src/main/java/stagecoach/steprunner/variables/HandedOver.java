package stagecoach.steprunner.variables;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.vocabulary.template.BuiltIns;
import stagecoach.vocabulary.template.ResolvedVariables;
import stagecoach.vocabulary.template.ResolvedVariables.Value;
import stagecoach.vocabulary.template.VariableNames;

/**
 * The variables that a process gets on a machine. Whoever owns the machine can read them, so a
 * secret that was set elsewhere is among them only if the step names it; what the project's own
 * variables make of it is there, since their scopes say where.
 */
final class HandedOver {
    private HandedOver() {}

    /**
     * An environment has no room for how each step stands at each target. A release can be older
     * than one of our names: there its own variable keeps its place in the environment.
     *
     * @param secretsOfOthers the names of secrets that were set elsewhere
     */
    static Map<String, Value> of(
            ResolvedVariables known, Set<String> secretsOfOthers, TextsOfAStep texts) {
        var all = known.all();
        var named = texts.namedOf(secretsOfOthers, known);
        var own =
                all.keySet().stream()
                        .filter(name -> !VariableNames.isReserved(name))
                        .map(VariableNames::environmentName)
                        .collect(Collectors.toSet());
        var values = new LinkedHashMap<String, Value>();
        all.forEach(
                (name, value) -> {
                    boolean taken =
                            VariableNames.isReserved(name)
                                    && own.contains(VariableNames.environmentName(name));
                    boolean withheld = secretsOfOthers.contains(name) && !named.contains(name);
                    if (!taken && !withheld && !BuiltIns.isStateAtATarget(name)) {
                        values.put(name, value);
                    }
                });
        return values;
    }
}
