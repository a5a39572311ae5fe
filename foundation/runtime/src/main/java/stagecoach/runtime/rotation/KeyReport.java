package stagecoach.runtime.rotation;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import stagecoach.runtime.rotation.Rotation.KeyUse;
import stagecoach.runtime.secrets.SecretBox;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.vocabulary.sealing.KeyRing;

/** Compares the keys that rows need with those that this service holds. */
@ApplicationScoped
class KeyReport {
    private final Rotation rotation;
    private final SecretBox box;

    KeyReport(Rotation rotation, SecretBox box) {
        this.rotation = rotation;
        this.box = box;
    }

    /**
     * How it stands.
     *
     * @param problems sentences for an operator; empty when all is well
     */
    record Found(KeyRing ring, List<KeyUse> uses, List<String> problems) {
        Found {
            uses = List.copyOf(uses);
            problems = List.copyOf(problems);
        }
    }

    Found look() {
        KeyRing ring = box.keys();
        List<KeyUse> uses = rotation.uses();
        List<String> problems = new ArrayList<>();
        box.problem().ifPresent(problem -> problems.add("The keys stay as they were. " + problem));
        missing(ring, uses)
                .forEach(
                        (key, rows) ->
                                problems.add(
                                        "%d rows are sealed with key %s, which this service does not hold: nobody can open them. Put that key back behind the first one."
                                                .formatted(rows, key)));
        return new Found(ring, uses, problems);
    }

    private static Map<KeyId, Long> missing(KeyRing ring, List<KeyUse> uses) {
        Map<KeyId, Long> missing = new TreeMap<>();
        for (KeyUse use : uses) {
            use.key()
                    .filter(key -> ring.find(key).isEmpty())
                    .ifPresent(key -> missing.merge(key, use.rows(), Long::sum));
        }
        return missing;
    }
}
