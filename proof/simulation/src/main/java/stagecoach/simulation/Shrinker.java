package stagecoach.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.law.Invariant;

/** Makes a scenario that breaks an invariant smaller, as long as it breaks the same one. */
public final class Shrinker {
    private static final int PLAYS_MAX = 400;

    private final Optional<Defect> defect;
    private final Invariant invariant;
    private Outcome smallest;
    private int plays;

    private Shrinker(Outcome found, Optional<Defect> defect) {
        this.defect = defect;
        this.smallest = found;
        this.invariant =
                found.broken()
                        .orElseThrow(() -> new IllegalArgumentException("no invariant was broken"))
                        .invariant();
    }

    /**
     * The smallest scenario that was found, played.
     *
     * @throws IllegalArgumentException if {@code found} broke nothing
     */
    public static Outcome shrunk(Outcome found, Optional<Defect> defect) {
        var shrinker = new Shrinker(found, defect);
        boolean smaller = true;
        while (smaller && shrinker.plays < PLAYS_MAX) {
            smaller = shrinker.round();
        }
        return shrinker.smallest;
    }

    private boolean round() {
        boolean any = false;
        any |= without(Scenario::faults, Scenario::withFaults);
        any |= without(Scenario::deployments, Scenario::withDeployments);
        any |= without(Scenario::steps, Scenario::withSteps);
        any |= without(Scenario::targets, Scenario::withTargets);
        any |= without(Scenario::workers, Scenario::withWorkers);
        any |= without(Scenario::caches, Scenario::withCaches);
        return any;
    }

    private <T> boolean without(
            Function<Scenario, List<T>> of, BiFunction<Scenario, List<T>, Scenario> change) {
        boolean any = false;
        for (int i = of.apply(smallest.scenario()).size() - 1; i >= 0; i--) {
            var fewer = new ArrayList<>(of.apply(smallest.scenario()));
            fewer.remove(i);
            any |= isBrokenToo(change.apply(smallest.scenario(), fewer));
        }
        return any;
    }

    private boolean isBrokenToo(Scenario scenario) {
        if (++plays > PLAYS_MAX
                || scenario.deployments().isEmpty()
                || scenario.targets().isEmpty()) {
            return false;
        }
        var outcome = Simulation.play(scenario, defect);
        if (outcome.broken().filter(b -> b.invariant() == invariant).isEmpty()) {
            return false;
        }
        smallest = outcome;
        return true;
    }
}
