package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.StepName;

/**
 * All values of all variables of a project, each with its scope; at a given place the most specific
 * value of each name counts. Values are parsed once, when the set is made.
 */
public final class VariableSet {
    /** More places than these are not looked at when a set is saved. */
    private static final int PLACES_MAX = 200;

    private final Map<String, List<Candidate>> byName;

    private VariableSet(Map<String, List<Candidate>> byName) {
        this.byName = byName;
    }

    /** The set of these values; several may have the same name. */
    public static VariableSet of(List<Variable> variables) {
        var byName = new LinkedHashMap<String, List<Candidate>>();
        for (Variable variable : variables) {
            byName.computeIfAbsent(variable.name(), _ -> new ArrayList<>())
                    .add(
                            new Candidate(
                                    variable.scope(),
                                    ResolvedVariables.Definition.template(
                                            variable.value(), variable.sensitive())));
        }
        return new VariableSet(byName);
    }

    /**
     * The values that count at {@code place}: of each name the most specific one that holds there.
     * Most specific first: target, step, tag, region, environment, none; of values scoped in
     * several dimensions the most specific dimension decides, then the next.
     *
     * @throws VariableProblem.Ambiguous if two values are equally specific
     */
    public ResolvedVariables resolve(ScopeContext place) {
        return resolve(place, byName);
    }

    /**
     * The values that count wherever a step runs in an environment. A variable that has a value for
     * some targets, tags or regions only is there, but not with a value: for {@link
     * ResolvedVariables#foresee}.
     *
     * @throws VariableProblem.Ambiguous if two values are equally specific
     */
    public ResolvedVariables resolveWherever(EnvironmentId environment, StepName step) {
        var anywhere =
                new ScopeContext(
                        environment,
                        Optional.empty(),
                        Set.of(),
                        Optional.of(step),
                        Optional.empty());
        var settled = new LinkedHashMap<String, List<Candidate>>();
        var open = new LinkedHashSet<String>();
        byName.forEach(
                (name, values) -> {
                    if (values.stream()
                            .map(Candidate::scope)
                            .filter(scope -> scope.mayHoldIn(environment, step))
                            .allMatch(scope -> scope.holdsAt(anywhere))) {
                        settled.put(name, values);
                    } else {
                        open.add(name);
                    }
                });
        return resolve(anywhere, settled).withOpen(open);
    }

    private static ResolvedVariables resolve(
            ScopeContext place, Map<String, List<Candidate>> byName) {
        var resolved = new LinkedHashMap<String, ResolvedVariables.Definition>();
        byName.forEach(
                (name, values) -> {
                    Candidate best = null;
                    Candidate rival = null;
                    for (Candidate value : values) {
                        if (!value.scope().holdsAt(place)) {
                            continue;
                        }
                        int more = best == null ? 1 : compare(value, best);
                        if (more > 0) {
                            best = value;
                            rival = null;
                        } else if (more == 0) {
                            rival = value;
                        }
                    }
                    if (best != null && rival != null) {
                        throw new VariableProblem.Ambiguous(name, best.scope(), rival.scope());
                    }
                    if (best != null) {
                        resolved.put(name, best.definition());
                    }
                });
        return ResolvedVariables.of(resolved);
    }

    /**
     * The pairs of values that are equally specific and surely meet somewhere, whatever targets
     * there are; where only a target's tags reveal it, {@link #resolve} does.
     */
    public List<VariableProblem.Ambiguous> ambiguities() {
        var found = new ArrayList<VariableProblem.Ambiguous>();
        byName.forEach(
                (name, values) -> {
                    for (int i = 0; i < values.size(); i++) {
                        Scope first = values.get(i).scope();
                        for (int j = i + 1; j < values.size(); j++) {
                            Scope second = values.get(j).scope();
                            if (first.specificity() == second.specificity()
                                    && first.surelyMeets(second)) {
                                found.add(new VariableProblem.Ambiguous(name, first, second));
                            }
                        }
                    }
                });
        return found;
    }

    /**
     * The values that lead back to themselves at a place that scopes tell of; where only a target's
     * tags or a deployment's own values reveal it, {@link #resolve} and what is asked of it do.
     */
    public List<VariableProblem.Circular> circles() {
        var suspects = Suspects.among(templates());
        var found = new LinkedHashMap<Set<String>, VariableProblem.Circular>();
        for (ScopeContext place : places(suspects)) {
            try {
                var resolved = resolve(place);
                for (String name : suspects) {
                    resolved.find(name);
                }
            } catch (VariableProblem.Circular circle) {
                found.putIfAbsent(Set.copyOf(circle.path()), circle);
            } catch (VariableProblem other) {
                // Told by others; this looks for circles.
            }
        }
        return List.copyOf(found.values());
    }

    private Map<String, List<Template>> templates() {
        var templates = new LinkedHashMap<String, List<Template>>();
        byName.forEach(
                (name, values) ->
                        templates.put(
                                name,
                                values.stream().map(value -> value.definition().value()).toList()));
        return templates;
    }

    /** The places where two of the values of these variables hold. */
    private List<ScopeContext> places(Set<String> names) {
        var scopes =
                names.stream()
                        .flatMap(name -> byName.getOrDefault(name, List.of()).stream())
                        .map(Candidate::scope)
                        .distinct()
                        .toList();
        var places = new LinkedHashSet<ScopeContext>();
        for (Scope one : scopes) {
            for (Scope other : scopes) {
                if (places.size() < PLACES_MAX && one.surelyMeets(other)) {
                    places.add(one.placeWith(other));
                }
            }
        }
        return List.copyOf(places);
    }

    private static int compare(Candidate one, Candidate other) {
        return Integer.compare(one.scope().specificity(), other.scope().specificity());
    }

    private record Candidate(Scope scope, ResolvedVariables.Definition definition) {}
}
