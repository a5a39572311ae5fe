package stagecoach.orchestrator.release;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.template.Variable;

/**
 * A name in a variable's scope that nothing answers to. Environments and regions are judged when
 * variables are saved; steps and machines may come after them, so they are judged at preview.
 *
 * @param variable the name of the variable
 * @param dimension where in the scope
 * @param name what is not there
 * @param known what is, to guess what was meant
 */
public record UnknownScope(String variable, Dimension dimension, String name, Set<String> known) {
    /** Copies the names. */
    public UnknownScope {
        known = Set.copyOf(known);
    }

    /** What a scope may name and nobody has checked yet. */
    public enum Dimension {
        STEPS,
        TARGETS,
        TAGS
    }

    /**
     * All of a release, each once.
     *
     * @param targets every target that there is, of all environments
     * @param tags every tag that a target has
     */
    public static List<UnknownScope> of(Release release, Set<TargetId> targets, Set<Tag> tags) {
        var steps =
                release.process().leaves().stream()
                        .map(leaf -> leaf.step().name())
                        .collect(Collectors.toSet());
        var unknown = new LinkedHashSet<UnknownScope>();
        for (Variable variable : release.variables()) {
            var scope = variable.scope();
            unknown.addAll(missing(variable, Dimension.STEPS, scope.steps(), steps));
            unknown.addAll(missing(variable, Dimension.TARGETS, scope.targets(), targets));
            unknown.addAll(missing(variable, Dimension.TAGS, scope.tags(), tags));
        }
        return new ArrayList<>(unknown);
    }

    private static <T> List<UnknownScope> missing(
            Variable variable, Dimension dimension, List<T> named, Set<T> known) {
        return named.stream()
                .filter(name -> !known.contains(name))
                .map(
                        name ->
                                new UnknownScope(
                                        variable.name(),
                                        dimension,
                                        name.toString(),
                                        known.stream()
                                                .map(Object::toString)
                                                .collect(Collectors.toSet())))
                .toList();
    }
}
