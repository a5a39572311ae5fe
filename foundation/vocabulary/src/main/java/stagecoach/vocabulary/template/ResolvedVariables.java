package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables of one place: each name has one value, whose own references are put in when it is
 * asked for. Names that are not known stay as written. Never changed once made.
 */
public final class ResolvedVariables {
    /** The longest value with its references put in, in characters. */
    public static final int LENGTH_MAX = 1 << 20;

    /** How deep references may lead to values that hold references. */
    public static final int DEPTH_MAX = 100;

    /** A shorter line of a secret of several lines is not masked alone: braces are no secret. */
    private static final int MASKED_LINE_MIN = 6;

    /** No variable. */
    public static final ResolvedVariables NONE = new ResolvedVariables(Map.of());

    private final Map<String, Definition> definitions;

    private ResolvedVariables(Map<String, Definition> definitions) {
        this.definitions = definitions;
    }

    static ResolvedVariables of(Map<String, Definition> definitions) {
        return new ResolvedVariables(new LinkedHashMap<>(definitions));
    }

    /**
     * The value of a variable with all references put in.
     *
     * @param sensitive whether it is secret, or holds a secret
     */
    public record Value(String value, boolean sensitive) {}

    /** These, and {@code facts} besides, which win and are taken literally: no template in them. */
    public ResolvedVariables withFacts(Map<String, String> facts) {
        var more = new LinkedHashMap<>(definitions);
        facts.forEach(
                (name, value) -> more.put(name, new Definition(Template.literal(value), false)));
        return new ResolvedVariables(more);
    }

    /**
     * These, with {@code values} instead of those of the same name; what is sensitive stays
     * sensitive.
     */
    public ResolvedVariables overriddenBy(Map<String, String> values) {
        var more = new LinkedHashMap<>(definitions);
        values.forEach(
                (name, value) -> {
                    var before = more.get(name);
                    more.put(
                            name, Definition.template(value, before != null && before.sensitive()));
                });
        return new ResolvedVariables(more);
    }

    /**
     * The value of {@code name}, if it is known.
     *
     * @throws VariableProblem.Circular if it refers to itself
     */
    public Optional<Value> find(String name) {
        return new Expansion().find(name);
    }

    /**
     * Every variable with its value.
     *
     * @throws VariableProblem.Circular if one refers to itself
     */
    public Map<String, Value> all() {
        var expansion = new Expansion();
        var all = new LinkedHashMap<String, Value>();
        for (String name : definitions.keySet()) {
            expansion.find(name).ifPresent(value -> all.put(name, value));
        }
        return all;
    }

    /** The text with what is known put in; unknown references stay as written. */
    public String render(String text) {
        var expansion = new Expansion();
        return Template.parse(text).render(name -> expansion.find(name).map(Value::value));
    }

    /**
     * The text with every reference put in.
     *
     * @throws VariableProblem.Unknown naming all references that are not known
     */
    public String renderStrictly(String text) {
        var expansion = new Expansion();
        return Template.parse(text).renderStrictly(name -> expansion.find(name).map(Value::value));
    }

    /**
     * The texts that must never be shown: the values of sensitive variables, and their longer lines
     * if they have several, since output is looked at line by line. Longest first, so that no part
     * of a secret is left when one holds another.
     */
    public List<String> masks() {
        var expansion = new Expansion();
        var masks = new LinkedHashSet<String>();
        definitions.forEach(
                (name, definition) -> {
                    if (!definition.sensitive()) {
                        return;
                    }
                    String value = expansion.find(name).map(Value::value).orElse("");
                    if (!value.isBlank()) {
                        masks.add(value.strip());
                    }
                    value.lines()
                            .map(String::strip)
                            .filter(line -> line.length() >= MASKED_LINE_MIN)
                            .forEach(masks::add);
                });
        return masks.stream()
                .sorted((one, other) -> Integer.compare(other.length(), one.length()))
                .toList();
    }

    /** A variable's value as it was given. */
    record Definition(Template value, boolean sensitive) {
        static Definition template(String value, boolean sensitive) {
            return new Definition(Template.parse(value), sensitive);
        }
    }

    /** One walk through the references, with what it has found so far. */
    private final class Expansion {
        private final Map<String, Value> found = new HashMap<>();
        private final LinkedHashSet<String> path = new LinkedHashSet<>();

        Optional<Value> find(String name) {
            var before = found.get(name);
            if (before != null) {
                return Optional.of(before);
            }
            var definition = definitions.get(name);
            if (definition == null) {
                return Optional.empty();
            }
            if (!path.add(name)) {
                throw new VariableProblem.Circular(cycleTo(name));
            }
            if (path.size() > DEPTH_MAX) {
                throw new VariableProblem.TooLarge(
                        path.getFirst(), "nested more than " + DEPTH_MAX + " deep");
            }
            var value = expand(name, definition);
            path.remove(name);
            found.put(name, value);
            return Optional.of(value);
        }

        private Value expand(String name, Definition definition) {
            boolean sensitive = definition.sensitive();
            for (String reference : definition.value().names()) {
                sensitive |= find(reference).map(Value::sensitive).orElse(false);
            }
            String text =
                    definition
                            .value()
                            .render(inner -> find(inner).map(Value::value), LENGTH_MAX)
                            .orElseThrow(
                                    () ->
                                            new VariableProblem.TooLarge(
                                                    name,
                                                    "longer than " + LENGTH_MAX + " characters"));
            return new Value(text, sensitive);
        }

        private List<String> cycleTo(String name) {
            var cycle = new ArrayList<>(path);
            var round = new ArrayList<>(cycle.subList(cycle.indexOf(name), cycle.size()));
            round.add(name);
            return round;
        }
    }
}
