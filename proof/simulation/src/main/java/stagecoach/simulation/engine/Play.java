package stagecoach.simulation.engine;

import java.util.Optional;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.draw.Dice;
import stagecoach.simulation.draw.Scenario;
import stagecoach.simulation.law.Laws;
import stagecoach.simulation.tale.Tale;

/** What everyone in a world shares. */
public record Play(
        Scenario scenario,
        Optional<Defect> defect,
        Timeline time,
        Dice dice,
        Laws laws,
        Tale tale,
        Post post) {
    /** Whether this defect was planted. */
    public boolean has(Defect one) {
        return defect.filter(one::equals).isPresent();
    }

    /** How long a message takes now, in milliseconds. */
    public long delayMillis() {
        return delayMillis(scenario, dice);
    }

    static long delayMillis(Scenario scenario, Dice dice) {
        var weather = scenario.weather();
        long usual = dice.between(1, weather.delayMaxMillis());
        return dice.percent(weather.slowPercent()) ? usual * dice.between(2, 100) : usual;
    }
}
