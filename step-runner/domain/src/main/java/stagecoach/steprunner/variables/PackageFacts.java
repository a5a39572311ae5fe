package stagecoach.steprunner.variables;

import java.util.LinkedHashMap;
import java.util.Map;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.template.BuiltIns;

/**
 * What a script is told of its packages. Where they lie only the machine knows, so the folder of
 * each is a reference that the tentacle replaces, word for word.
 */
final class PackageFacts {
    private PackageFacts() {}

    /** The facts by name: as the process spells the package's id, and as its feed does. */
    static Map<String, String> of(Action action, PlannedStep step) {
        var facts = new LinkedHashMap<String, String>();
        for (var beside : step.packages()) {
            var pin = beside.pinned().pin();
            String directory = BuiltIns.reference(BuiltIns.packageDirectory(pin.id()));
            facts.put(BuiltIns.packageDirectory(pin.id()), directory);
            facts.put(BuiltIns.packageVersion(pin.id()), pin.version().toString());
            action.neededPackages().stream()
                    .map(Action.PackageReference::id)
                    .filter(pin.id()::equals)
                    .forEach(
                            spelled -> {
                                facts.put(BuiltIns.packageDirectory(spelled), directory);
                                facts.put(
                                        BuiltIns.packageVersion(spelled), pin.version().toString());
                            });
        }
        return facts;
    }
}
