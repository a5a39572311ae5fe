package stagecoach.steprunner.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.order.Conditions;
import stagecoach.steprunner.order.RollingWindow;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.PlaceStage.Waiting;
import stagecoach.steprunner.run.StepProgress.AtPlace;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.time.Spans;

/**
 * What comes next in a run: batch after batch, in a batch its steps and groups side by side, each
 * at its places within its window, on after a failure with the steps that are meant for it.
 */
final class Moves {
    private final Underway run;
    private final Judge judge;

    Moves(Underway run, Judge judge) {
        this.run = run;
        this.judge = judge;
    }

    /** The events that follow at once; none while there is nothing to do but wait. */
    List<StepRunEvent> next() {
        if (run.cancelling() || run.needsGuidance()) {
            return run.open().isEmpty() && run.backingOff().isEmpty()
                    ? List.of(RunEnd.of(run))
                    : List.of();
        }
        var current = run.current();
        if (current.isEmpty()) {
            return List.of(RunEnd.of(run));
        }
        var takenOut = atTargetsTakenOut(current);
        if (!takenOut.isEmpty()) {
            return takenOut;
        }
        for (List<StepProgress> lane : lanes(current)) {
            var events =
                    lane.getFirst().step().group().isPresent()
                            ? group(lane)
                            : step(lane.getFirst());
            if (!events.isEmpty()) {
                return events;
            }
        }
        return List.of();
    }

    /** Where a health check has taken a target out nothing begins any more, and nothing again. */
    private List<StepRunEvent> atTargetsTakenOut(List<StepProgress> batch) {
        var out = MachineAway.takenOut(run);
        var events = new ArrayList<StepRunEvent>();
        if (out.isEmpty()) {
            return events;
        }
        for (StepProgress step : batch) {
            for (var waiting : step.waiting()) {
                waiting.getKey()
                        .target()
                        .map(out::get)
                        .ifPresent(
                                by ->
                                        events.add(
                                                new StepSkipped(
                                                        step.step().name(),
                                                        List.of(waiting.getKey()),
                                                        MachineAway.takenOutBy(by))));
            }
        }
        run.backingOff()
                .keySet()
                .forEach(
                        pair ->
                                pair.target()
                                        .map(out::get)
                                        .ifPresent(
                                                by ->
                                                        events.add(
                                                                StepRunDecider.notStarted(
                                                                        pair,
                                                                        StepState.SKIPPED,
                                                                        MachineAway.takenOutBy(
                                                                                by)))));
        return events;
    }

    /** A step, or the children of a group. */
    private static List<List<StepProgress>> lanes(List<StepProgress> batch) {
        var lanes = new ArrayList<List<StepProgress>>();
        for (StepProgress step : batch) {
            var group = step.step().group();
            if (!lanes.isEmpty()
                    && group.isPresent()
                    && lanes.getLast().getFirst().step().group().equals(group)) {
                lanes.getLast().add(step);
            } else {
                lanes.add(new ArrayList<>(List.of(step)));
            }
        }
        return lanes;
    }

    private List<StepRunEvent> step(StepProgress step) {
        if (step.ended()) {
            return List.of();
        }
        if (hasNoPlace(step)) {
            return leftOut(step, whyNoPlace(step));
        }
        var waiting = step.waiting();
        if (waiting.isEmpty()) {
            return List.of();
        }
        var condition = Conditions.reasonToLeaveOut(step.step().condition(), failedBefore(step));
        if (condition.isPresent()) {
            return leftOut(step, condition.get());
        }
        if (!step.step().conditional()) {
            var unreachable = new ArrayList<StepRunEvent>();
            waiting.forEach(entry -> unavailable(step, entry.getKey()).ifPresent(unreachable::add));
            if (!unreachable.isEmpty()) {
                return unreachable;
            }
        }
        var window = RollingWindow.of(step.step());
        var failure = step.firstFailure();
        if (window.stopsAtFailure() && failure.isPresent()) {
            return leftOut(step, stoppedBy(failure.get()));
        }
        var turn = new Turn(window, step.busy());
        for (var entry : waiting) {
            if (turn.isFull() || turn.hasFailure()) {
                break;
            }
            turn.take(begin(step, entry.getKey()));
        }
        return turn.events;
    }

    /**
     * Each target goes through the children by itself. It counts as at work from its first child to
     * its last; one that a failure elsewhere keeps from beginning still gets its ALWAYS children.
     */
    private List<StepRunEvent> group(List<StepProgress> children) {
        for (StepProgress child : children) {
            if (!child.ended() && hasNoPlace(child)) {
                return leftOut(child, whyNoPlace(child));
            }
        }
        var ways = ways(children);
        var window = RollingWindow.ofGroup(children.getFirst().step());
        var turn = new Turn(window, (int) ways.stream().filter(Way::isUnderWay).count());
        var failure = children.stream().flatMap(child -> child.firstFailure().stream()).findFirst();
        for (Way way : ways) {
            var due = way.due();
            if (due.isEmpty()) {
                continue;
            }
            StepProgress child = due.get();
            Pair pair = way.pairOf(child);
            var why = whyNotAt(way, child, window.stopsAtFailure() ? failure : Optional.empty());
            if (why.isPresent()) {
                turn.take(new StepSkipped(child.step().name(), List.of(pair), why.get()));
            } else if (!child.step().conditional() && unavailable(child, pair).isPresent()) {
                turn.take(unavailable(child, pair).get());
            } else if (way.isUnderWay()) {
                turn.takeOfBusy(begin(child, pair));
            } else if (!turn.isFull()) {
                turn.take(begin(child, pair));
            }
            if (turn.hasFailure()) {
                break;
            }
        }
        return turn.events;
    }

    private Optional<String> whyNotAt(Way way, StepProgress child, Optional<PairResult> stop) {
        if (stop.isPresent()
                && !way.isUnderWay()
                && child.step().condition() == Condition.SUCCESS) {
            return Optional.of(stoppedBy(stop.get()));
        }
        return Conditions.reasonToLeaveOut(
                child.step().condition(), failedBefore(child) || way.hasFailed());
    }

    private static List<Way> ways(List<StepProgress> children) {
        var targets = new LinkedHashSet<Optional<TargetId>>();
        children.forEach(child -> child.places().keySet().forEach(p -> targets.add(p.target())));
        return targets.stream().map(target -> new Way(target, children)).toList();
    }

    /** The way of one target through the children of a group. */
    private record Way(Optional<TargetId> target, List<StepProgress> children) {
        Pair pairOf(StepProgress child) {
            return new Pair(child.step().name(), target);
        }

        private Optional<PlaceStage> stageOf(StepProgress child) {
            return Optional.ofNullable(child.places().get(pairOf(child))).map(AtPlace::stage);
        }

        private Optional<StepProgress> firstOpen() {
            return children.stream()
                    .filter(
                            child ->
                                    stageOf(child)
                                            .filter(stage -> !(stage instanceof Ended))
                                            .isPresent())
                    .findFirst();
        }

        /** The child whose turn it is here; empty while one is at work, and at the end. */
        Optional<StepProgress> due() {
            return firstOpen()
                    .filter(child -> stageOf(child).filter(Waiting.class::isInstance).isPresent());
        }

        /** Whether something was begun here, and not all has ended. */
        boolean isUnderWay() {
            return firstOpen().isPresent()
                    && children.stream()
                            .flatMap(child -> stageOf(child).stream())
                            .anyMatch(Way::wasBegun);
        }

        private static boolean wasBegun(PlaceStage stage) {
            return switch (stage) {
                case Waiting _ -> false;
                case Ended ended -> ended.begun();
                case PlaceStage.AtWork _, PlaceStage.BackingOff _ -> true;
            };
        }

        boolean hasFailed() {
            return children.stream()
                    .flatMap(child -> stageOf(child).stream())
                    .anyMatch(
                            stage ->
                                    stage instanceof Ended ended
                                            && StepProgress.isFailure(ended.result()));
        }
    }

    /** What is begun now, within a window. */
    private static final class Turn {
        private final RollingWindow window;
        private final List<StepRunEvent> events = new ArrayList<>();
        private int busy;
        private boolean failed;

        Turn(RollingWindow window, int busy) {
            this.window = window;
            this.busy = busy;
        }

        void take(StepRunEvent event) {
            if (event instanceof StepRunEvent.StepStarted) {
                busy++;
            }
            takeOfBusy(event);
        }

        /** Takes what happens at a place that is counted already. */
        void takeOfBusy(StepRunEvent event) {
            failed |= event instanceof StepFinished || event instanceof StepRunEvent.StepRunEnded;
            events.add(event);
        }

        boolean isFull() {
            return window.free(busy) == 0;
        }

        /** Whether something failed or the run ended, which may keep the others from beginning. */
        boolean hasFailure() {
            return failed;
        }
    }

    /** What happens when a step's turn has come at a place. */
    private StepRunEvent begin(StepProgress step, Pair pair) {
        if (step.step().conditional()) {
            switch (judge.judge(run, pair)) {
                case Answer.LeftOut(var reason) -> {
                    return new StepSkipped(pair.step(), List.of(pair), reason);
                }
                case Answer.Unreadable(var reason) -> {
                    return StepRunDecider.notStarted(pair, StepState.FAILED, reason);
                }
                case Answer.Runs() -> {
                    var unavailable = unavailable(step, pair);
                    if (unavailable.isPresent()) {
                        return unavailable.get();
                    }
                }
            }
        }
        return step.step().kind() == PlannedStep.Kind.MANUAL_INTERVENTION
                ? RunEnd.at(run, pair, judge.instructions(run, pair))
                : StepRunDecider.started(run, pair, 1);
    }

    /** What started with it does not count, and its own places are judged alike. */
    private boolean failedBefore(StepProgress step) {
        return run.sheet().purpose() == Purpose.CLEANUP || run.failedOutside(step.step().batch());
    }

    private static boolean hasNoPlace(StepProgress step) {
        return step.assignment().skip().isPresent() || step.places().isEmpty();
    }

    private static String whyNoPlace(StepProgress step) {
        return step.assignment().skip().orElse("left out, because it has no place to run");
    }

    private static List<StepRunEvent> leftOut(StepProgress step, String reason) {
        var pairs = step.waiting().stream().map(Map.Entry::getKey).toList();
        return List.of(new StepSkipped(step.step().name(), pairs, reason));
    }

    private static String stoppedBy(PairResult failure) {
        return "not started, because it failed "
                + failure.pair().target().map(target -> "on " + target).orElse("elsewhere");
    }

    private Optional<StepRunEvent> unavailable(StepProgress step, Pair pair) {
        return MachineAway.at(run, step.step(), pair)
                .map(reason -> unavailable(step.step(), pair, reason));
    }

    private static StepRunEvent unavailable(PlannedStep step, Pair pair, String reason) {
        return switch (step.unavailableTargets()) {
            case FAIL -> StepRunDecider.notStarted(pair, StepState.FAILED, reason);
            case WAIT -> StepRunDecider.notStarted(pair, StepState.FAILED, waitedFor(step, reason));
            case SKIP, EXCLUDE -> new StepSkipped(pair.step(), List.of(pair), reason);
        };
    }

    private static String waitedFor(PlannedStep step, String reason) {
        return step.waitFor()
                .map(
                        wait ->
                                "%s; it was waited for, %s at most"
                                        .formatted(reason, Spans.inWords(wait)))
                .orElse(reason);
    }
}
