package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import stagecoach.vocabulary.template.Rendering.Rendered;

/**
 * The variables of one place: each name has one value, whose own references are put in when it is
 * asked for. Names that are not known stay as written. Never changed once made.
 */
public final class ResolvedVariables {
    /** The longest value with its references put in, in characters. */
    public static final int LENGTH_MAX = Budget.TEXT_MAX;

    /** How deep references may lead to values that hold references. */
    public static final int DEPTH_MAX = 100;

    /** A shorter line of a secret of several lines is not masked alone: braces are no secret. */
    private static final int MASKED_LINE_MIN = 6;

    /** More ways to unknown names than a person follows are not told. */
    private static final int PATHS_MAX = 20;

    /** No variable. */
    public static final ResolvedVariables NONE = of(Map.of());

    private final Map<String, Definition> definitions;
    private final Set<String> open;
    private final Predicate<String> later;

    private ResolvedVariables(
            Map<String, Definition> definitions, Set<String> open, Predicate<String> later) {
        this.definitions = definitions;
        this.open = open;
        this.later = later;
    }

    static ResolvedVariables of(Map<String, Definition> definitions) {
        return new ResolvedVariables(new LinkedHashMap<>(definitions), Set.of(), name -> false);
    }

    /** These, and variables of which it is known that they are there, but not with which value. */
    ResolvedVariables withOpen(Set<String> names) {
        return new ResolvedVariables(definitions, Set.copyOf(names), later);
    }

    /**
     * The value of a variable, or a text, with all references put in.
     *
     * @param sensitive whether it is secret, or something secret went into it
     * @param secrets the secret texts that it holds, what filters made of secrets among them
     * @param shown the same for people, with {@code ********} in the places of what is secret
     */
    public record Value(String value, boolean sensitive, Set<String> secrets, String shown) {
        /** Copies the secrets. */
        public Value {
            secrets = Set.copyOf(secrets);
        }

        /** As people may see it. */
        @Override
        public String toString() {
            return shown;
        }
    }

    /**
     * What a text will become, as far as it can be told beforehand.
     *
     * @param text empty if it depends on a value that is not told yet
     * @param sensitive whether something secret went into it
     * @param unknown the references that nobody will know, each with the names on the way to it
     * @param asked the names that conditions and loops ask for and nobody will know
     */
    public record Foreseen(
            Optional<String> text,
            boolean sensitive,
            List<List<String>> unknown,
            Set<String> asked) {}

    /** These, and {@code facts} besides, which win and are taken literally: no template in them. */
    public ResolvedVariables withFacts(Map<String, String> facts) {
        return withFacts(facts, false);
    }

    /** The same with facts that are secret. */
    public ResolvedVariables withSecretFacts(Map<String, String> facts) {
        return withFacts(facts, true);
    }

    private ResolvedVariables withFacts(Map<String, String> facts, boolean sensitive) {
        var more = new LinkedHashMap<>(definitions);
        facts.forEach(
                (name, value) ->
                        more.put(name, new Definition(Template.literal(value), sensitive)));
        return new ResolvedVariables(more, open, later);
    }

    /**
     * These, and besides the names for which {@code will} holds: they have values when their time
     * comes, and none now. For {@link #foresee}.
     */
    public ResolvedVariables withLater(Predicate<String> will) {
        return new ResolvedVariables(definitions, open, will);
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
        return new ResolvedVariables(more, open, later);
    }

    /**
     * The value of {@code name}, if it is known.
     *
     * @throws VariableProblem if its references lead to no value
     */
    public Optional<Value> find(String name) {
        return valueOf(new Expansion().find(name));
    }

    /**
     * Every variable with its value.
     *
     * @throws VariableProblem if one leads to no value
     */
    public Map<String, Value> all() {
        var expansion = new Expansion();
        var all = new LinkedHashMap<String, Value>();
        for (String name : definitions.keySet()) {
            valueOf(expansion.find(name)).ifPresent(value -> all.put(name, value));
        }
        return all;
    }

    private static Optional<Value> valueOf(Known.Found found) {
        return found instanceof Known.Found.Value value
                ? Optional.of(
                        new Value(value.text(), value.sensitive(), value.secrets(), value.shown()))
                : Optional.empty();
    }

    /**
     * The text with what is known put in; unknown references stay as written.
     *
     * @throws VariableProblem if it leads to no text
     */
    public String render(String text) {
        return make(text).value();
    }

    /**
     * The same, with the secrets that went into it.
     *
     * @throws VariableProblem if it leads to no text
     */
    public Value make(String text) {
        return made(new Expansion().render(Template.parse(text)));
    }

    /**
     * The variables that a text asks for, itself or through the values that it leads to.
     *
     * @throws VariableProblem if it leads to no text
     */
    public Set<String> askedForBy(String text) {
        var expansion = new Expansion();
        expansion.render(Template.parse(text));
        return expansion.found.keySet();
    }

    private static Value made(Rendered rendered) {
        return new Value(
                rendered.text(), rendered.sensitive(), rendered.secrets(), rendered.shown());
    }

    /**
     * The text with every reference put in.
     *
     * @throws VariableProblem.Unknown naming all references that are not known, in values too
     */
    public Value makeStrictly(String text) {
        var expansion = new Expansion();
        var rendered = expansion.render(Template.parse(text));
        var unknown = expansion.unknownOf(rendered);
        if (!unknown.isEmpty()) {
            throw new VariableProblem.Unknown(unknown);
        }
        return made(rendered);
    }

    /**
     * What a text will become, and what it will lack.
     *
     * @throws VariableProblem if it cannot become anything, whatever comes later
     */
    public Foreseen foresee(Template text) {
        var expansion = new Expansion();
        var rendered = expansion.render(text);
        var asked = new LinkedHashSet<>(rendered.asked());
        asked.addAll(expansion.asked);
        return new Foreseen(
                rendered.later() ? Optional.empty() : Optional.of(rendered.text()),
                rendered.sensitive(),
                expansion.unknownOf(rendered),
                asked);
    }

    /**
     * What the values of all variables will lack.
     *
     * @return the references that nobody will know, each behind the names that lead to it
     * @throws VariableProblem if one leads to no value, whatever comes later
     */
    public List<List<String>> foreseeValues() {
        var expansion = new Expansion();
        definitions.keySet().forEach(expansion::find);
        return expansion.unknownOnTheWay();
    }

    /**
     * The texts that must never be shown by whoever holds {@code values}: the secrets in them, and
     * the longer lines of those that have several, since output is looked at line by line. Longest
     * first, so that no part of a secret is left when one holds another.
     */
    public static List<String> masks(Collection<Value> values) {
        var masks = new LinkedHashSet<String>();
        for (Value value : values) {
            value.secrets().forEach(secret -> addMasks(masks, secret));
        }
        return masks.stream()
                .sorted(
                        Comparator.comparingInt(String::length)
                                .reversed()
                                .thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    private static void addMasks(Set<String> masks, String value) {
        if (!value.isBlank()) {
            masks.add(value.strip());
        }
        value.lines()
                .map(String::strip)
                .filter(line -> line.length() >= MASKED_LINE_MIN)
                .forEach(masks::add);
    }

    /** A variable's value as it was given. */
    record Definition(Template value, boolean sensitive) {
        static Definition template(String value, boolean sensitive) {
            return new Definition(Template.parse(value), sensitive);
        }
    }

    /** One walk through the references, with what it has found so far. */
    private final class Expansion implements Known {
        private final Budget budget = new Budget();
        private final Map<String, Found> found = new HashMap<>();
        private final LinkedHashSet<String> path = new LinkedHashSet<>();
        private final Map<String, Set<String>> missing = new LinkedHashMap<>();
        private final Map<String, Set<String>> leadsTo = new HashMap<>();
        private final Set<String> outermost = new LinkedHashSet<>();
        private final Set<String> asked = new LinkedHashSet<>();

        Rendered render(Template text) {
            try {
                return Rendering.of(text.parts(), this, budget);
            } catch (Budget.Spent spent) {
                throw new VariableProblem.TooLarge(spent.bound());
            }
        }

        @Override
        public Collection<String> names() {
            var names = new LinkedHashSet<>(definitions.keySet());
            names.addAll(open);
            return names;
        }

        @Override
        public Found find(String name) {
            (path.isEmpty()
                            ? outermost
                            : leadsTo.computeIfAbsent(path.getLast(), _ -> new LinkedHashSet<>()))
                    .add(name);
            var before = found.get(name);
            if (before != null) {
                return before;
            }
            var definition = definitions.get(name);
            if (definition == null) {
                return open.contains(name) || later.test(name)
                        ? new Found.Later()
                        : new Found.Missing();
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
            return value;
        }

        private Found expand(String name, Definition definition) {
            try {
                var rendered = Rendering.of(definition.value().parts(), this, budget);
                if (!rendered.missing().isEmpty()) {
                    missing.put(name, rendered.missing());
                }
                asked.addAll(rendered.asked());
                if (rendered.later()) {
                    return new Found.Later();
                }
                var secrets = new LinkedHashSet<>(rendered.secrets());
                if (definition.sensitive()) {
                    secrets.add(rendered.text());
                    return Found.Value.secret(rendered.text(), secrets);
                }
                return new Found.Value(
                        rendered.text(), rendered.sensitive(), secrets, rendered.shown());
            } catch (Budget.Spent spent) {
                throw new VariableProblem.TooLarge(name, spent.bound());
            }
        }

        /** What nobody knows of a text and of the values that it leads to. */
        List<List<String>> unknownOf(Rendered rendered) {
            var unknown = new LinkedHashSet<List<String>>();
            rendered.missing().forEach(written -> unknown.add(List.of(written)));
            unknown.addAll(unknownOnTheWay());
            return List.copyOf(unknown);
        }

        /** The shortest ways from the text to the values that hold unknown references. */
        List<List<String>> unknownOnTheWay() {
            var ways = new ArrayList<List<String>>();
            var open = new ArrayList<List<String>>();
            var seen = new LinkedHashSet<String>();
            for (String name : outermost) {
                if (seen.add(name)) {
                    open.add(List.of(name));
                }
            }
            for (int i = 0; i < open.size() && ways.size() < PATHS_MAX; i++) {
                var way = open.get(i);
                for (String written : missing.getOrDefault(way.getLast(), Set.of())) {
                    ways.add(followedBy(way, written));
                }
                for (String next : leadsTo.getOrDefault(way.getLast(), Set.of())) {
                    if (seen.add(next)) {
                        open.add(followedBy(way, next));
                    }
                }
            }
            return ways;
        }

        private static List<String> followedBy(List<String> way, String next) {
            var longer = new ArrayList<>(way);
            longer.add(next);
            return List.copyOf(longer);
        }

        private List<String> cycleTo(String name) {
            var cycle = new ArrayList<>(path);
            var round = new ArrayList<>(cycle.subList(cycle.indexOf(name), cycle.size()));
            round.add(name);
            return round;
        }
    }
}
