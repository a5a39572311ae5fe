package stagecoach.simulation;

import java.util.Optional;
import stagecoach.simulation.defect.Defect;
import stagecoach.simulation.tale.Sentences;
import stagecoach.wire.StagecoachJson;

/** A broken invariant, told so that a person can act on it. */
public final class Finding {
    private static final int LINES_MAX = 60;

    private Finding() {}

    /** The invariant, what was seen, the shrunk story, and the scenario to keep. */
    public static String told(Outcome found, Optional<Defect> defect) {
        var shrunk = Shrinker.shrunk(found, defect);
        var broken = shrunk.broken().orElseThrow();
        var text = new StringBuilder();
        text.append(
                "seed %d breaks %s%n  %s%n  seen: %s%n%n"
                        .formatted(
                                found.scenario().seed(),
                                broken.invariant(),
                                broken.invariant().sentence(),
                                broken.how()));
        Sentences.last(shrunk.story(), LINES_MAX).forEach(line -> text.append(line).append('\n'));
        text.append(
                "%nTo keep it, put this into proof/simulation/src/test/resources/kept/<what-it-shows>.json:%n%s%n"
                        .formatted(StagecoachJson.text(shrunk.scenario())));
        return text.toString();
    }
}
