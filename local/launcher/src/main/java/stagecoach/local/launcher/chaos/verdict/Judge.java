package stagecoach.local.launcher.chaos.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what went wrong, in sentences, by evidence alone: the traces of the scripts and the final
 * states. No sentence means that all is well.
 */
public final class Judge {
    private static final String SOME_WORKER = "a worker";

    private final List<Asked> asked;
    private final Trace trace;
    private final List<String> sentences = new ArrayList<>();

    private Judge(List<Asked> asked, Trace trace) {
        this.asked = asked;
        this.trace = trace;
    }

    /**
     * Judges a run.
     *
     * @param asked every deployment that was asked for
     * @param trace everything that scripts left
     */
    public static List<String> judge(List<Asked> asked, Trace trace) {
        var judge = new Judge(asked, trace);
        judge.everyScriptOfSomebody();
        judge.noTicketTwice();
        for (Asked each : asked) {
            judge.judge(each);
        }
        return List.copyOf(judge.sentences);
    }

    private void everyScriptOfSomebody() {
        Set<String> known = asked.stream().map(Asked::deployment).collect(Collectors.toSet());
        trace.lines().stream()
                .map(Trace.Line::deployment)
                .filter(deployment -> !known.contains(deployment))
                .distinct()
                .forEach(
                        deployment ->
                                say(
                                        "%s ran scripts, and nobody has asked for this deployment"
                                                .formatted(deployment)));
    }

    private void noTicketTwice() {
        Set<String> seen = new HashSet<>();
        for (Trace.Line line : trace.lines()) {
            if (!seen.add(line.ticket())) {
                say(
                        "%s: the script of step %s on %s was started twice by one command (ticket %s)"
                                .formatted(
                                        line.deployment(),
                                        line.step(),
                                        line.machine(),
                                        line.ticket()));
            }
        }
    }

    private void judge(Asked one) {
        List<Trace.Line> own =
                trace.lines().stream()
                        .filter(line -> line.deployment().equals(one.deployment()))
                        .toList();
        switch (one.state().orElse("")) {
            case "SUCCEEDED" -> nothingMissing(one, own);
            case "" -> say("%s (%s) has not ended".formatted(one.deployment(), one.project()));
            case "CANCELLED" -> {
                if (!one.cancelled()) {
                    say(
                            "%s (%s) ended CANCELLED, and nobody has cancelled it"
                                    .formatted(one.deployment(), one.project()));
                }
                cleanedUp(one, own);
            }
            default ->
                    say(
                            "%s (%s) ended %s, and nothing that was done should have stopped it: %s"
                                    .formatted(
                                            one.deployment(),
                                            one.project(),
                                            one.state().orElse(""),
                                            one.failure().isEmpty()
                                                    ? "it says no reason"
                                                    : one.failure()));
        }
        nothingTwice(one, own);
        inOrder(one, own);
    }

    private static Map<String, Long> starts(StepShape step, List<Trace.Line> own) {
        return own.stream()
                .filter(line -> line.step().equals(step.name()))
                .collect(
                        Collectors.groupingBy(
                                line -> step.everywhere() ? line.machine() : SOME_WORKER,
                                LinkedHashMap::new,
                                Collectors.counting()));
    }

    private void nothingMissing(Asked one, List<Trace.Line> own) {
        var expected = new Expected(one);
        for (StepShape step : one.steps()) {
            Map<String, Long> starts = starts(step, own);
            Set<String> places = step.everywhere() ? step.machines() : Set.of(SOME_WORKER);
            for (String place : places.stream().sorted().toList()) {
                int right = expected.inAll(step, place);
                if (starts.getOrDefault(place, 0L) < right) {
                    say(
                            "%s (%s) SUCCEEDED, and step %s ran %d times on %s, not %d"
                                    .formatted(
                                            one.deployment(),
                                            one.project(),
                                            step.name(),
                                            starts.getOrDefault(place, 0L),
                                            place,
                                            right));
                }
            }
        }
    }

    /** Whatever ends an attempt that has done something, its ALWAYS steps come behind that. */
    private void cleanedUp(Asked one, List<Trace.Line> own) {
        for (int attempt = 1; attempt <= one.attempts(); attempt++) {
            int number = attempt;
            Set<String> ran =
                    own.stream()
                            .filter(line -> line.attempt() == number)
                            .map(Trace.Line::step)
                            .collect(Collectors.toSet());
            if (!ran.isEmpty()) {
                one.steps().stream()
                        .filter(StepShape::always)
                        .map(StepShape::name)
                        .filter(step -> !ran.contains(step))
                        .filter(step -> !one.passedOver().containsKey(step))
                        .forEach(
                                step ->
                                        say(
                                                "%s (%s) ended CANCELLED, and step %s, which runs whatever happens, did not run in attempt %d"
                                                        .formatted(
                                                                one.deployment(),
                                                                one.project(),
                                                                step,
                                                                number)));
            }
        }
    }

    /** What a cancel ends at work is, of an ALWAYS step, done once more. */
    private void nothingTwice(Asked one, List<Trace.Line> own) {
        var expected = new Expected(one);
        Map<String, StepShape> byName =
                one.steps().stream().collect(Collectors.toMap(StepShape::name, step -> step));
        for (StepShape step : one.steps()) {
            int more = one.cancelled() && step.always() ? 1 : 0;
            starts(step, own)
                    .forEach(
                            (place, count) -> {
                                int most = expected.most(step, place, one);
                                if (count > most + more) {
                                    tooOften(one, step, place, count, "", most);
                                }
                            });
            if (one.attempts() > 1) {
                for (int attempt = 1; attempt <= one.attempts(); attempt++) {
                    nothingTwiceIn(attempt, one, step, own, more);
                }
            }
        }
        own.stream()
                .filter(line -> line.attempt() > one.attempts())
                .forEach(
                        line ->
                                say(
                                        "%s (%s): step %s ran on %s in attempt %d, and nobody has asked for that one"
                                                .formatted(
                                                        one.deployment(),
                                                        one.project(),
                                                        line.step(),
                                                        line.machine(),
                                                        line.attempt())));
        for (Trace.Line line : own) {
            @Nullable StepShape step = byName.get(line.step());
            if (step == null || !step.machines().contains(line.machine())) {
                say(
                        "%s (%s): step %s ran on %s, where it does not belong"
                                .formatted(
                                        one.deployment(),
                                        one.project(),
                                        line.step(),
                                        line.machine()));
            }
        }
    }

    private void nothingTwiceIn(
            int attempt, Asked one, StepShape step, List<Trace.Line> own, int more) {
        var expected = new Expected(one);
        List<Trace.Line> lines = own.stream().filter(line -> line.attempt() == attempt).toList();
        starts(step, lines)
                .forEach(
                        (place, count) -> {
                            int most = expected.most(step, place, attempt);
                            if (count > most + more) {
                                tooOften(
                                        one,
                                        step,
                                        place,
                                        count,
                                        " in attempt %d".formatted(attempt),
                                        most);
                            }
                        });
    }

    private void tooOften(
            Asked one, StepShape step, String place, long count, String when, int right) {
        say(
                "%s (%s): step %s ran %d times on %s%s, not %d"
                        .formatted(
                                one.deployment(),
                                one.project(),
                                step.name(),
                                count,
                                place,
                                when,
                                right));
    }

    /**
     * On one machine no step may run behind one that stands later in the process, and does not
     * begin together with it.
     */
    private void inOrder(Asked one, List<Trace.Line> own) {
        Map<String, Integer> place = new HashMap<>();
        int batch = 0;
        for (StepShape step : one.steps()) {
            place.put(step.name(), step.together() ? batch : ++batch);
        }
        Map<String, Trace.Line> last = new HashMap<>();
        for (Trace.Line line : own) {
            Trace.@Nullable Line before = last.put(line.machine(), line);
            if (before != null
                    && before.attempt() == line.attempt()
                    && place.getOrDefault(before.step(), 0) > place.getOrDefault(line.step(), 0)) {
                say(
                        "%s (%s): step %s ran on %s behind step %s"
                                .formatted(
                                        one.deployment(),
                                        one.project(),
                                        line.step(),
                                        line.machine(),
                                        before.step()));
            }
        }
    }

    private void say(String sentence) {
        sentences.add(sentence);
    }
}
