package stagecoach.vocabulary.template;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The variables that may lead back to themselves, whichever of their values count. */
final class Suspects {
    private Suspects() {}

    /** Those of {@code templates} that a walk along the names in their values comes back to. */
    static Set<String> among(Map<String, List<Template>> templates) {
        var leadsTo = new HashMap<String, Set<String>>();
        templates.forEach(
                (name, values) -> {
                    var next = new HashSet<String>();
                    for (Template value : values) {
                        for (String mentioned : value.names()) {
                            if (templates.containsKey(mentioned)) {
                                next.add(mentioned);
                            }
                        }
                    }
                    leadsTo.put(name, next);
                });
        removeEnds(leadsTo);
        var suspects = new LinkedHashSet<String>();
        for (String name : templates.keySet()) {
            if (leadsTo.containsKey(name)) {
                suspects.add(name);
            }
        }
        return suspects;
    }

    /** Takes away again and again what leads to nothing; what is left leads into a circle. */
    private static void removeEnds(Map<String, Set<String>> leadsTo) {
        var comesFrom = new HashMap<String, Set<String>>();
        leadsTo.forEach(
                (name, next) ->
                        next.forEach(
                                to ->
                                        comesFrom
                                                .computeIfAbsent(to, _ -> new HashSet<>())
                                                .add(name)));
        var ends = new ArrayDeque<String>();
        leadsTo.forEach(
                (name, next) -> {
                    if (next.isEmpty()) {
                        ends.add(name);
                    }
                });
        while (!ends.isEmpty()) {
            String end = ends.remove();
            leadsTo.remove(end);
            for (String before : comesFrom.getOrDefault(end, Set.of())) {
                var next = leadsTo.get(before);
                if (next != null && next.remove(end) && next.isEmpty()) {
                    ends.add(before);
                }
            }
        }
    }
}
