package stagecoach.simulation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import stagecoach.decider.StreamId;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Draw;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.law.Broken;
import stagecoach.simulation.service.World;

/** Plays scenarios. */
public final class Simulation {
    private Simulation() {}

    /** Plays the scenario of a seed with the rules as they are. */
    public static Outcome play(long seed) {
        return play(Draw.scenario(seed), Optional.empty());
    }

    /** Plays a scenario, perhaps with a planted defect. */
    public static Outcome play(Scenario scenario, Optional<Defect> defect) {
        var world = new World(scenario, defect);
        Optional<Broken> broken = Optional.empty();
        int beats = 0;
        try {
            beats = world.live();
        } catch (Broken e) {
            broken = Optional.of(e);
        }
        return new Outcome(scenario, broken, beats, world.tale().lines(), histories(world));
    }

    private static Map<StreamId, List<Object>> histories(World world) {
        var histories = new TreeMap<StreamId, List<Object>>();
        world.services().forEach(service -> histories.putAll(service.histories()));
        return histories;
    }
}
