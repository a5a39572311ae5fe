package stagecoach.local.launcher.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stagecoach.local.launcher.chaos.fault.FaultRunner.Planned;

/**
 * Which of the planned faults were done: chaos that did not happen proves nothing, so what was not
 * done is told like anything else that went wrong.
 */
final class Deeds {
    private final Map<Planned, Duration> done = new LinkedHashMap<>();
    private final List<String> troubles = new ArrayList<>();
    private List<Planned> planned = List.of();

    synchronized void plan(List<Planned> all) {
        planned = List.copyOf(all);
    }

    /** It was over after so long, and had its effect until then. */
    synchronized void done(Planned one, Duration lasted) {
        done.put(one, lasted);
    }

    /** Something could not be done, or had no effect. */
    synchronized void trouble(String sentence) {
        troubles.add(sentence);
    }

    /** What was not done as it was planned, each a sentence. */
    synchronized List<String> undone() {
        List<String> sentences = new ArrayList<>(troubles);
        for (Planned each : planned) {
            Duration lasted = done.getOrDefault(each, Duration.ZERO);
            if (lasted.compareTo(each.fault().time()) < 0) {
                sentences.add(
                        "\"%s\" was planned, and it was %s, so this run says nothing about it"
                                .formatted(
                                        each.fault().words().replaceAll(" +", " "),
                                        lasted.isZero()
                                                ? "not done"
                                                : "done for %d s only"
                                                        .formatted(lasted.toSeconds())));
            }
        }
        return sentences;
    }
}
