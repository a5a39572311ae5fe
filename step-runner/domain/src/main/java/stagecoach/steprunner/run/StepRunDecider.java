package stagecoach.steprunner.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.decider.Decider;
import stagecoach.steprunner.order.Conditions;
import stagecoach.steprunner.order.RollingWindow;
import stagecoach.steprunner.run.StepRun.NotStarted;
import stagecoach.steprunner.run.StepRun.OpenTicket;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.run.StepRunCommand.BackoffOver;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.Ticket;

/**
 * The rules of a run: steps one after the other, each at its places within its window, on after a
 * failure with the steps that are meant for it, and an end in every case. What a report means is
 * left to {@link Verdict}, what remains for another run to the orchestrator.
 */
public final class StepRunDecider implements Decider<StepRun, StepRunCommand, StepRunEvent> {
    private static final String RETRY_TIMER = "retry:";

    @Override
    public StepRun initial() {
        return new NotStarted();
    }

    @Override
    public List<StepRunEvent> decide(StepRun state, StepRunCommand command) {
        return switch (command) {
            case StartRun start -> onStart(state, start);
            case CommandReported report -> onReport(state, report);
            case BackoffOver over -> onBackoffOver(state, over);
            case Cancel _ -> onCancel(state);
        };
    }

    /** The timer that ends the wait after the failed try under {@code failed}. */
    public static String retryTimer(Ticket failed) {
        return RETRY_TIMER + failed;
    }

    /** The command that a timer of this name becomes. */
    public static StepRunCommand atTimer(String name) {
        if (!name.startsWith(RETRY_TIMER)) {
            throw new IllegalArgumentException("\"%s\" is no timer of a step run".formatted(name));
        }
        return new BackoffOver(Ticket.parse(name.substring(RETRY_TIMER.length())));
    }

    @Override
    public Map<String, Instant> timersOf(StepRun state) {
        var timers = new LinkedHashMap<String, Instant>();
        if (state instanceof Underway run) {
            run.backingOff()
                    .values()
                    .forEach(wait -> timers.put(retryTimer(wait.failed()), wait.nextTryAt()));
        }
        return timers;
    }

    private List<StepRunEvent> onStart(StepRun state, StartRun start) {
        if (!(state instanceof NotStarted)) {
            return List.of();
        }
        var events = new ArrayList<StepRunEvent>();
        events.add(start.sheet());
        for (StepProgress step : Underway.of(start.sheet()).steps()) {
            events.addAll(unready(step, start.unready()));
        }
        return andOn(state, events);
    }

    /** A step that cannot be commanded at one of its places begins at none of them. */
    private static List<StepRunEvent> unready(StepProgress step, Map<Pair, String> reasons) {
        var events = new ArrayList<StepRunEvent>();
        var others = new ArrayList<Pair>();
        for (Pair pair : step.places().keySet()) {
            var reason = reasons.get(pair);
            if (reason == null) {
                others.add(pair);
            } else {
                events.add(notStarted(pair, StepState.FAILED, reason));
            }
        }
        if (!events.isEmpty() && !others.isEmpty()) {
            events.add(
                    new StepSkipped(
                            step.step().name(),
                            others,
                            "not started, because it cannot be made ready everywhere"));
        }
        return events;
    }

    private List<StepRunEvent> onReport(StepRun state, CommandReported report) {
        if (!(state instanceof Underway run)) {
            return List.of();
        }
        return run.open(report.ticket())
                .map(
                        open -> {
                            var events = new ArrayList<StepRunEvent>();
                            events.add(outcomeOf(run, open, report));
                            if (events.getFirst() instanceof StepTryFailed failed
                                    && !failed.nextTryAt().isAfter(report.at())) {
                                events.add(started(run, open.pair(), open.work().tryNumber() + 1));
                            }
                            return andOn(run, events);
                        })
                .orElse(List.of());
    }

    private static StepRunEvent outcomeOf(Underway run, OpenTicket open, CommandReported report) {
        var step = run.step(open.pair().step()).step();
        var verdict = Verdict.of(step, report.result(), run.cancelling());
        boolean triesLeft = open.work().tryNumber() <= step.retries().max();
        if (verdict.mayTryAgain() && triesLeft && !run.cancelling()) {
            return new StepTryFailed(
                    open.pair(),
                    report.ticket(),
                    report.result().exitCode(),
                    verdict.reason().orElse("it failed"),
                    report.at().plus(step.retries().backoff()));
        }
        return new StepFinished(
                open.pair(),
                Optional.of(report.ticket()),
                verdict.state(),
                report.result().exitCode(),
                report.result().outputs(),
                verdict.reason(),
                report.result().mayStillRun());
    }

    private List<StepRunEvent> onBackoffOver(StepRun state, BackoffOver over) {
        if (!(state instanceof Underway run)) {
            return List.of();
        }
        for (var wait : run.backingOff().entrySet()) {
            if (wait.getValue().failed().equals(over.failed())) {
                return List.of(started(run, wait.getKey(), wait.getValue().tryNumber() + 1));
            }
        }
        return List.of();
    }

    private List<StepRunEvent> onCancel(StepRun state) {
        if (!(state instanceof Underway run) || run.cancelling()) {
            return List.of();
        }
        var events = new ArrayList<StepRunEvent>();
        events.add(new StepRunCancelling());
        run.backingOff()
                .forEach(
                        (pair, wait) ->
                                events.add(
                                        notStarted(
                                                pair,
                                                StepState.CANCELLED,
                                                "cancelled before another try; the last one: "
                                                        + wait.reason())));
        return andOn(run, events);
    }

    /** The events, and all that follows from them at once. */
    private List<StepRunEvent> andOn(StepRun before, List<StepRunEvent> events) {
        var all = new ArrayList<>(events);
        StepRun state = fold(before, events);
        while (state instanceof Underway run) {
            List<StepRunEvent> next = next(run);
            if (next.isEmpty()) {
                break;
            }
            all.addAll(next);
            state = fold(state, next);
        }
        return all;
    }

    private static List<StepRunEvent> next(Underway run) {
        var current = run.current();
        if (run.cancelling()) {
            return run.open().isEmpty() ? List.of(RunEnd.of(run)) : List.of();
        }
        return current.map(step -> next(run, step)).orElseGet(() -> List.of(RunEnd.of(run)));
    }

    private static List<StepRunEvent> next(Underway run, StepProgress step) {
        var waiting = step.waiting();
        if (step.assignment().skip().isPresent() || step.places().isEmpty()) {
            return leftOut(
                    step,
                    step.assignment().skip().orElse("left out, because it has no place to run"));
        }
        if (waiting.isEmpty()) {
            return List.of();
        }
        var condition =
                Conditions.reasonToLeaveOut(step.step().condition(), failedBefore(run, step));
        if (condition.isPresent()) {
            return leftOut(step, condition.get());
        }
        List<StepRunEvent> unreachable = new ArrayList<>();
        for (var entry : waiting) {
            entry.getValue()
                    .place()
                    .unavailable()
                    .ifPresent(
                            reason -> unreachable.add(unavailable(step, entry.getKey(), reason)));
        }
        if (!unreachable.isEmpty()) {
            return unreachable;
        }
        var window = RollingWindow.of(step.step());
        var failure = step.firstFailure();
        if (window.stopsAtFailure() && failure.isPresent()) {
            return leftOut(
                    step,
                    "not started, because it failed "
                            + failure.get()
                                    .pair()
                                    .target()
                                    .map(target -> "on " + target)
                                    .orElse("elsewhere"));
        }
        return waiting.stream()
                .limit(window.free(step.busy()))
                .<StepRunEvent>map(entry -> started(run, entry.getKey(), 1))
                .toList();
    }

    /** What failed in the same step does not count: its places are judged alike. */
    private static boolean failedBefore(Underway run, StepProgress current) {
        var name = current.step().name();
        return run.sheet().purpose() == Purpose.CLEANUP
                || run.steps().stream()
                        .anyMatch(step -> !step.step().name().equals(name) && step.failed());
    }

    private static List<StepRunEvent> leftOut(StepProgress step, String reason) {
        var pairs = step.waiting().stream().map(Map.Entry::getKey).toList();
        return List.of(new StepSkipped(step.step().name(), pairs, reason));
    }

    private static StepRunEvent unavailable(StepProgress step, Pair pair, String reason) {
        return switch (step.step().unavailableTargets()) {
            case FAIL -> notStarted(pair, StepState.FAILED, reason);
            case WAIT -> notStarted(pair, StepState.FAILED, waitedFor(step.step(), reason));
            case SKIP -> new StepSkipped(pair.step(), List.of(pair), reason);
        };
    }

    private static String waitedFor(PlannedStep step, String reason) {
        return step.waitFor()
                .map(wait -> "%s; it was waited for, %s at most".formatted(reason, wait))
                .orElse(reason);
    }

    private static StepRunEvent started(Underway run, Pair pair, int tryNumber) {
        var sheet = run.sheet();
        var place = run.place(pair);
        var where =
                place.target()
                        .<Object>map(target -> target)
                        .or(place::worker)
                        .orElseThrow(
                                () -> new IllegalStateException(pair + " has no machine to run"));
        var ticket = Ticket.of(sheet.deployment(), sheet.run(), pair.step(), where, tryNumber);
        return new StepStarted(pair, place, ticket, tryNumber);
    }

    private static StepFinished notStarted(Pair pair, StepState state, String reason) {
        return new StepFinished(
                pair,
                Optional.empty(),
                state,
                Optional.empty(),
                Map.of(),
                Optional.of(reason),
                false);
    }

    @Override
    public StepRun evolve(StepRun state, StepRunEvent event) {
        if (event instanceof StepRunStarted started) {
            if (state instanceof NotStarted) {
                return Underway.of(started);
            }
            throw impossible(state, event);
        }
        if (!(state instanceof Underway run)) {
            throw impossible(state, event);
        }
        return RunHistory.after(run, event);
    }

    static IllegalStateException impossible(StepRun state, StepRunEvent event) {
        return new IllegalStateException(
                "%s cannot happen to a run that is %s"
                        .formatted(
                                event.getClass().getSimpleName(),
                                state.getClass().getSimpleName()));
    }
}
