package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;

/** Where a variable's value holds; an empty list leaves that dimension open. */
public record Scope(
        List<EnvironmentId> environments,
        List<TargetId> targets,
        List<Tag> tags,
        List<StepName> steps,
        List<RegionId> regions) {
    /** The longest id there can be, which nobody chooses: an environment that no scope names. */
    private static final EnvironmentId ELSEWHERE = new EnvironmentId("0".repeat(64));

    /** Everywhere. */
    public static final Scope EVERYWHERE =
            new Scope(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Scope {
        environments = List.copyOf(environments);
        targets = List.copyOf(targets);
        tags = List.copyOf(tags);
        steps = List.copyOf(steps);
        regions = List.copyOf(regions);
    }

    /** Whether a value of this scope holds at {@code place}. */
    public boolean holdsAt(ScopeContext place) {
        return holds(environments, Optional.of(place.environment()))
                && holds(targets, place.target())
                && holds(steps, place.step())
                && holds(regions, place.region())
                && (tags.isEmpty() || !Collections.disjoint(tags, place.tags()));
    }

    /** Whether there may be a machine where it holds when a step runs in an environment. */
    boolean mayHoldIn(EnvironmentId environment, StepName step) {
        return holds(environments, Optional.of(environment)) && holds(steps, Optional.of(step));
    }

    /**
     * How specific it is, to be compared: the dimensions that it closes, the most specific one
     * (target, step, tag, region, environment) counting more than all behind it together.
     */
    int specificity() {
        return bit(targets, 4)
                | bit(steps, 3)
                | bit(tags, 2)
                | bit(regions, 1)
                | bit(environments, 0);
    }

    /**
     * Whether there is a place where both hold as far as these lists tell. Different tags do not
     * count: only a target tells whether it has both.
     */
    boolean surelyMeets(Scope other) {
        return meets(environments, other.environments)
                && meets(targets, other.targets)
                && meets(tags, other.tags)
                && meets(steps, other.steps)
                && meets(regions, other.regions);
    }

    /** A place where this scope and {@code other} hold, if there is one. */
    ScopeContext placeWith(Scope other) {
        return new ScopeContext(
                first(environments, other.environments).orElse(ELSEWHERE),
                first(targets, other.targets),
                first(tags, other.tags).map(Set::of).orElse(Set.of()),
                first(steps, other.steps),
                first(regions, other.regions));
    }

    private static <T> Optional<T> first(List<T> ones, List<T> others) {
        if (ones.isEmpty()) {
            return others.stream().findFirst();
        }
        return ones.stream().filter(one -> others.isEmpty() || others.contains(one)).findFirst();
    }

    /**
     * The scope for people: {@code target web-1, environment production}, or {@code everywhere}.
     */
    public String inWords() {
        var words = new ArrayList<String>();
        say(words, "target", targets);
        say(words, "step", steps);
        say(words, "tag", tags);
        say(words, "region", regions);
        say(words, "environment", environments);
        return words.isEmpty() ? "everywhere" : String.join(", ", words);
    }

    private static <T> boolean holds(List<T> allowed, Optional<T> actual) {
        return allowed.isEmpty() || actual.filter(allowed::contains).isPresent();
    }

    private static boolean meets(List<?> ones, List<?> others) {
        return ones.isEmpty() || others.isEmpty() || !Collections.disjoint(ones, others);
    }

    private static int bit(List<?> dimension, int position) {
        return dimension.isEmpty() ? 0 : 1 << position;
    }

    private static void say(List<String> words, String dimension, List<?> values) {
        if (!values.isEmpty()) {
            words.add(
                    dimension
                            + " "
                            + String.join(" or ", values.stream().map(String::valueOf).toList()));
        }
    }
}
