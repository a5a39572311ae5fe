package stagecoach.simulation.draw;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.simulation.draw.Scenario.OnlyIf;
import stagecoach.simulation.draw.Scenario.StepDraft;
import stagecoach.simulation.draw.Scenario.Travel;
import stagecoach.simulation.draw.Scenario.Trouble;
import stagecoach.simulation.draw.Scenario.Where;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * What is drawn of steps without dice, so that seeds go on to mean what they meant before there was
 * this: health checks and waiting, questions to URLs, a person who is asked before all, scripts
 * that cannot be ended, bounds for how they are, health checks that take targets out, and
 * conditions that are known beforehand.
 */
final class DrawnLater {
    private final long seed;

    DrawnLater(long seed) {
        this.seed = seed;
    }

    /** The steps, some of them changed, and perhaps one more. */
    List<StepDraft> in(List<StepDraft> steps) {
        return withQuestionBefore(steps).stream()
                .map(this::meetingAbsence)
                .map(this::askingUrls)
                .map(this::hardToEnd)
                .map(this::ending)
                .map(this::knownBefore)
                .toList();
    }

    /** A person is asked before packages are brought, at times. */
    private List<StepDraft> withQuestionBefore(List<StepDraft> steps) {
        if (Dice.fate(seed, 8, "by hand before") != 0) {
            return steps;
        }
        int before =
                (int) steps.stream().filter(one -> one.phase() == Phase.PRE_ACQUISITION).count();
        int at = Dice.fate(seed, before + 1, "by hand before", "at");
        boolean withinOne =
                at > 0
                        && at < before
                        && (steps.get(at).withPrevious()
                                || (!steps.get(at).group().isEmpty()
                                        && steps.get(at)
                                                .group()
                                                .equals(steps.get(at - 1).group())));
        if (withinOne) {
            return steps;
        }
        var asked = new ArrayList<>(steps);
        asked.add(at, byHand("by-hand-before", Phase.PRE_ACQUISITION));
        return asked;
    }

    static StepDraft byHand(String name, Phase phase) {
        return new StepDraft(
                name,
                phase,
                Where.BY_HAND,
                List.of("web"),
                Condition.SUCCESS,
                0,
                0,
                0,
                0,
                UnavailableTargets.FAIL,
                0,
                Travel.NEAREST_CACHE,
                0,
                false,
                Trouble.NONE,
                false,
                "",
                OnlyIf.NONE,
                Optional.empty());
    }

    /**
     * Some scripts on workers, where several may run at once, run in any case and cannot be killed:
     * what comes after a cancel meets them.
     */
    private StepDraft hardToEnd(StepDraft step) {
        boolean isScript =
                (step.where() == Where.WORKER || step.where() == Where.ON_BEHALF)
                        && step.healthSeconds().isEmpty()
                        && step.httpSeconds().isEmpty();
        return isScript && Dice.fate(seed, 8, step.name(), "hard to end") == 0
                ? step.hardToEnd()
                : step;
    }

    /** Some scripts and packages have bounds of their own for a timeout or a cancel. */
    private StepDraft ending(StepDraft step) {
        boolean hasProcess =
                step.where() != Where.BY_HAND
                        && step.healthSeconds().isEmpty()
                        && step.httpSeconds().isEmpty();
        return hasProcess && Dice.fate(seed, 4, step.name(), "ending") == 0
                ? step.ending(
                        List.of(0, 1, 90).get(Dice.fate(seed, 3, step.name(), "kill")),
                        List.of(1, 5, 300).get(Dice.fate(seed, 3, step.name(), "abandon")))
                : step;
    }

    /** Waits and health checks. */
    private StepDraft meetingAbsence(StepDraft step) {
        String name = step.name();
        if (step.where() == Where.BY_HAND) {
            return step;
        }
        var rule =
                Dice.fate(seed, 4, name, "waits") == 0
                        ? UnavailableTargets.WAIT
                        : step.unavailable();
        int seconds = List.of(5, 30, 90, 900).get(Dice.fate(seed, 4, name, "how long"));
        boolean asks =
                step.packageNumber() == 0
                        && step.beside().isEmpty()
                        && Dice.fate(seed, 6, name, "health") == 0;
        boolean takesOut =
                asks && step.where() == Where.TARGETS && Dice.fate(seed, 2, name, "takes out") == 0;
        return step.meeting(
                takesOut ? UnavailableTargets.EXCLUDE : rule,
                rule == UnavailableTargets.WAIT && !takesOut
                        ? Optional.of(seconds)
                        : Optional.empty(),
                asks ? Optional.of(seconds) : Optional.empty());
    }

    /** Of some steps it is known before anything runs where they are left out. */
    private StepDraft knownBefore(StepDraft step) {
        return switch (step.onlyIf()) {
            case NONE ->
                    step.packageNumber() > 0 && Dice.fate(seed, 8, step.name(), "known") == 0
                            ? step.knownBefore()
                            : step;
            case AT_SOME_PLACES ->
                    Dice.fate(seed, 2, step.name(), "known") == 0 ? step.knownBefore() : step;
            case KNOWN_AT_PLACES, NOBODY_CAN_TELL -> step;
        };
    }

    /** Some scripts are questions to a URL instead. */
    private StepDraft askingUrls(StepDraft step) {
        boolean isScript =
                step.where() != Where.BY_HAND
                        && step.packageNumber() == 0
                        && step.beside().isEmpty()
                        && step.healthSeconds().isEmpty();
        return isScript && Dice.fate(seed, 6, step.name(), "url") == 0
                ? step.asking(
                        Optional.of(
                                List.of(5, 60, 600)
                                        .get(Dice.fate(seed, 3, step.name(), "url within"))))
                : step;
    }
}
