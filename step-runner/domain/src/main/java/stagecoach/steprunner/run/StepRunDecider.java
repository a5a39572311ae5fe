package stagecoach.steprunner.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.decider.Decider;
import stagecoach.steprunner.run.StepRun.NotStarted;
import stagecoach.steprunner.run.StepRun.OpenTicket;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.steprunner.run.StepRunCommand.BackoffOver;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Condition;

/**
 * The rules of a run: what is begun, reported, tried again and cancelled, and an end in every case.
 * What comes next is {@link Moves}', what a report means {@link Verdict}'s, and what remains for
 * another run is left to the orchestrator.
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
        var fresh = Underway.of(start.sheet());
        for (StepProgress step : fresh.steps()) {
            events.addAll(unready(step, start.unready()));
        }
        events.addAll(besideUnready(fresh, start.unready()));
        return andOn(state, events, start.judge());
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

    /**
     * What fails before anything is touched has failed before the steps that start with it, too.
     */
    private static List<StepRunEvent> besideUnready(Underway run, Map<Pair, String> reasons) {
        var unready = new HashSet<StepName>();
        reasons.keySet().forEach(pair -> unready.add(pair.step()));
        var events = new ArrayList<StepRunEvent>();
        for (StepProgress step : run.steps()) {
            boolean beside =
                    run.batch(step.step().batch()).stream()
                            .anyMatch(other -> unready.contains(other.step().name()));
            if (beside
                    && !unready.contains(step.step().name())
                    && step.step().condition() == Condition.SUCCESS
                    && !step.places().isEmpty()) {
                events.add(
                        new StepSkipped(
                                step.step().name(),
                                List.copyOf(step.places().keySet()),
                                "left out, because something failed before it"));
            }
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
                                events.add(nextTry(run, open.pair(), open.work().tryNumber() + 1));
                            }
                            return andOn(run, events, report.judge());
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
                report.result().mayStillRun(),
                report.result().sensitiveOutputs());
    }

    private List<StepRunEvent> onBackoffOver(StepRun state, BackoffOver over) {
        if (!(state instanceof Underway run)) {
            return List.of();
        }
        for (var wait : run.backingOff().entrySet()) {
            if (wait.getValue().failed().equals(over.failed())) {
                var next = nextTry(run, wait.getKey(), wait.getValue().tryNumber() + 1);
                // What ends here was kept waiting by a person who decides, and nothing begins then.
                return run.needsGuidance()
                        ? andOn(run, List.of(next), Judge.NOBODY)
                        : List.of(next);
            }
        }
        return List.of();
    }

    /** Another try; none where a health check has taken the target out meanwhile. */
    private static StepRunEvent nextTry(Underway run, Pair pair, int tryNumber) {
        return MachineAway.takenOut(run, pair)
                .<StepRunEvent>map(reason -> notStarted(pair, StepState.SKIPPED, reason))
                .orElseGet(() -> started(run, pair, tryNumber));
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
        // A run that is cancelled begins nothing, so there is nothing to judge.
        return andOn(run, events, Judge.NOBODY);
    }

    /** The events, and all that follows from them at once. */
    private List<StepRunEvent> andOn(StepRun before, List<StepRunEvent> events, Judge judge) {
        var all = new ArrayList<>(events);
        StepRun state = fold(before, events);
        while (state instanceof Underway run) {
            List<StepRunEvent> next = new Moves(run, judge).next();
            if (next.isEmpty()) {
                break;
            }
            all.addAll(next);
            state = fold(state, next);
        }
        return all;
    }

    static StepRunEvent started(Underway run, Pair pair, int tryNumber) {
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

    static StepFinished notStarted(Pair pair, StepState state, String reason) {
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
