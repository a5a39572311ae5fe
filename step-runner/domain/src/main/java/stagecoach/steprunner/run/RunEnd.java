package stagecoach.steprunner.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.StepProgress.AtPlace;
import stagecoach.steprunner.run.StepRun.Underway;

/** How a run ends: a result for each of its pairs, and what they come to together. */
final class RunEnd {
    private RunEnd() {}

    static StepRunEnded of(Underway run) {
        var results = new ArrayList<PairResult>();
        for (StepProgress step : run.steps()) {
            step.places().forEach((pair, at) -> results.add(resultOf(pair, at)));
            step.leftOut()
                    .ifPresent(
                            reason ->
                                    results.add(
                                            result(
                                                    new Pair(step.step().name(), Optional.empty()),
                                                    StepState.SKIPPED,
                                                    reason)));
        }
        if (run.cancelling()) {
            return new StepRunEnded(
                    RunOutcome.CANCELLED, Optional.of("The deployment was cancelled."), results);
        }
        var failures = results.stream().filter(StepProgress::isFailure).toList();
        return failures.isEmpty()
                ? new StepRunEnded(RunOutcome.SUCCEEDED, Optional.empty(), results)
                : new StepRunEnded(RunOutcome.FAILED, Optional.of(sentence(failures)), results);
    }

    private static PairResult resultOf(Pair pair, AtPlace at) {
        if (at.stage() instanceof Ended ended) {
            return ended.result();
        }
        // Only a cancelled run ends while some have not begun.
        return new PairResult(
                pair,
                at.place().worker(),
                StepState.CANCELLED,
                Optional.of("cancelled before it started"),
                false);
    }

    private static PairResult result(Pair pair, StepState state, String reason) {
        return new PairResult(pair, Optional.empty(), state, Optional.of(reason), false);
    }

    private static String sentence(List<PairResult> failures) {
        var first = failures.getFirst();
        String where =
                first.pair().target().isPresent()
                        ? ""
                        : first.worker().map(worker -> " on worker " + worker).orElse("");
        int others = failures.size() - 1;
        String more = others == 0 ? "" : " (and %d more)".formatted(others);
        return "%s%s %s: %s%s"
                .formatted(
                        first.pair(),
                        where,
                        first.state() == StepState.UNKNOWN ? "may have failed" : "failed",
                        first.reason().orElse("no reason was told"),
                        more);
    }
}
