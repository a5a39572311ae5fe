package stagecoach.steprunner.run;

import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.steprunner.run.PlaceStage.AtWork;
import stagecoach.steprunner.run.PlaceStage.BackingOff;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.PlaceStage.Waiting;
import stagecoach.steprunner.run.StepRun.Over;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.Ticket;

/** What an event makes of a run that is under way; it only believes. */
final class RunHistory {
    private RunHistory() {}

    static StepRun after(Underway run, StepRunEvent event) {
        return switch (event) {
            case StepRunStarted started -> throw StepRunDecider.impossible(run, started);
            case StepStarted started -> afterStart(run, started);
            case StepTryFailed failed -> afterTry(run, failed);
            case StepFinished finished -> afterFinish(run, finished);
            case StepSkipped skipped -> afterSkip(run, skipped);
            case StepRunCancelling _ -> new Underway(run.sheet(), run.steps(), true);
            case StepRunEnded ended -> new Over(run.sheet(), ended.outcome());
        };
    }

    private static Underway afterStart(Underway run, StepStarted event) {
        return switch (run.stage(event.pair())) {
            case Waiting _ -> atWork(run, event);
            case BackingOff _ -> atWork(run, event);
            case AtWork _ -> throw StepRunDecider.impossible(run, event);
            case Ended _ -> throw StepRunDecider.impossible(run, event);
        };
    }

    private static Underway atWork(Underway run, StepStarted event) {
        return run.with(event.pair(), new AtWork(event.ticket(), event.tryNumber()));
    }

    private static Underway afterTry(Underway run, StepTryFailed event) {
        if (run.stage(event.pair()) instanceof AtWork work
                && work.ticket().equals(event.ticket())) {
            return run.with(
                    event.pair(),
                    new BackingOff(
                            event.ticket(), work.tryNumber(), event.reason(), event.nextTryAt()));
        }
        throw StepRunDecider.impossible(run, event);
    }

    private static Underway afterFinish(Underway run, StepFinished event) {
        if (run.stage(event.pair()) instanceof Ended) {
            throw StepRunDecider.impossible(run, event);
        }
        return ended(
                run,
                event.pair(),
                event.state(),
                event.reason(),
                event.mayStillRun(),
                new PlaceOutputs(event.outputs(), event.sensitiveOutputs(), event.ticket()),
                event.ticket());
    }

    private static Underway afterSkip(Underway run, StepSkipped event) {
        if (event.pairs().isEmpty() && run.step(event.step()).places().isEmpty()) {
            return run.with(event.step(), step -> step.leftOutEverywhere(event.reason()));
        }
        var pairs =
                event.pairs().isEmpty() ? run.step(event.step()).places().keySet() : event.pairs();
        Underway after = run;
        for (Pair pair : pairs) {
            after =
                    ended(
                            after,
                            pair,
                            StepState.SKIPPED,
                            Optional.of(event.reason()),
                            false,
                            PlaceOutputs.NONE,
                            Optional.empty());
        }
        return after;
    }

    private static Underway ended(
            Underway run,
            Pair pair,
            StepState state,
            Optional<String> reason,
            boolean mayStillRun,
            PlaceOutputs outputs,
            Optional<Ticket> ticket) {
        var result = new PairResult(pair, run.place(pair).worker(), state, reason, mayStillRun);
        return run.with(pair, new Ended(result, outputs, ticket));
    }
}
