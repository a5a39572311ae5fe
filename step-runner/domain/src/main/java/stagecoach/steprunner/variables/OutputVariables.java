package stagecoach.steprunner.variables;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.template.OutputReference;

/** Under which names the outputs of earlier steps are read at one place. */
final class OutputVariables {
    private OutputVariables() {}

    /**
     * Every output that was set at a target is there under that target's name. Without a name it is
     * this target's own value, or that of a step that ran once on a worker; at a place without
     * target also the only value that there is, never one of several.
     */
    static Map<String, Output> at(Optional<TargetId> here, Collection<Output> outputs) {
        var facts = new LinkedHashMap<String, Output>();
        var byName = new HashMap<Key, List<Output>>();
        for (Output output : outputs) {
            output.target()
                    .ifPresent(
                            target ->
                                    facts.put(
                                            OutputReference.at(output.step(), target, output.name())
                                                    .variableName(),
                                            output));
            byName.computeIfAbsent(new Key(output.step(), output.name()), _ -> new ArrayList<>())
                    .add(output);
        }
        byName.forEach(
                (key, values) ->
                        ownValue(here, values)
                                .ifPresent(
                                        output ->
                                                facts.put(
                                                        OutputReference.here(key.step(), key.name())
                                                                .variableName(),
                                                        output)));
        return facts;
    }

    /** The names of the secrets that were set elsewhere than here. */
    static Set<String> secretsOfOthers(Optional<TargetId> here, Collection<Output> outputs) {
        var names = new HashSet<String>();
        if (outputs.stream().anyMatch(Output::sensitive)) {
            at(here, outputs)
                    .forEach(
                            (name, output) -> {
                                if (output.sensitive() && !output.target().equals(here)) {
                                    names.add(name);
                                }
                            });
        }
        return names;
    }

    private static Optional<Output> ownValue(Optional<TargetId> here, List<Output> values) {
        var own = values.stream().filter(output -> output.target().equals(here)).findFirst();
        if (own.isPresent()) {
            return own;
        }
        if (here.isEmpty()) {
            return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
        }
        return values.stream().filter(output -> output.target().isEmpty()).findFirst();
    }

    private record Key(StepName step, String name) {}
}
