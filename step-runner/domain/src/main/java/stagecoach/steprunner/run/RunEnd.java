package stagecoach.steprunner.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Reasons;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.TargetId;

/** How a run ends: a result for each of its pairs, and what they come to together. */
final class RunEnd {
    private RunEnd() {}

    static StepRunEnded of(Underway run) {
        if (run.cancelling()) {
            return ended(
                    run,
                    RunOutcome.CANCELLED,
                    Optional.of("The deployment was cancelled."),
                    // Only a cancelled run, and one that waits for a person, ends while some have
                    // not begun.
                    results(run, StepState.CANCELLED, "cancelled before it started"));
        }
        var results =
                results(run, StepState.PENDING, "waits until somebody decides about a failure");
        var failures = results.stream().filter(StepProgress::isFailure).toList();
        if (failures.isEmpty()) {
            return ended(run, RunOutcome.SUCCEEDED, Optional.empty(), results);
        }
        return ended(
                run,
                run.needsGuidance() ? RunOutcome.NEEDS_GUIDANCE : RunOutcome.FAILED,
                Optional.of(sentence(failures)),
                results);
    }

    /** The end of a run that has come to a manual intervention. */
    static StepRunEnded at(Underway run, Pair intervention, Optional<String> instructions) {
        var results =
                results(
                        run,
                        StepState.PENDING,
                        "waits for the manual intervention " + intervention.step());
        results.replaceAll(
                result ->
                        result.pair().equals(intervention)
                                ? result(intervention, StepState.RUNNING, "waits for an answer")
                                : result);
        return new StepRunEnded(
                RunOutcome.INTERVENTION_REACHED,
                Optional.empty(),
                results,
                instructions,
                excluded(run));
    }

    private static StepRunEnded ended(
            Underway run, RunOutcome outcome, Optional<String> reason, List<PairResult> results) {
        return new StepRunEnded(outcome, reason, results, Optional.empty(), excluded(run));
    }

    private static List<TargetId> excluded(Underway run) {
        return List.copyOf(MachineAway.takenOut(run).keySet());
    }

    private static List<PairResult> results(Underway run, StepState notBegun, String why) {
        var results = new ArrayList<PairResult>();
        boolean many =
                run.steps().stream().mapToInt(step -> step.places().size()).sum()
                        > Reasons.WHOLE_MAX;
        for (StepProgress step : run.steps()) {
            step.places()
                    .forEach(
                            (pair, at) ->
                                    results.add(
                                            at.stage() instanceof Ended ended
                                                    ? (many
                                                            ? brief(ended.result())
                                                            : ended.result())
                                                    : new PairResult(
                                                            pair,
                                                            at.place().worker(),
                                                            notBegun,
                                                            Optional.of(why),
                                                            false)));
            step.leftOut()
                    .ifPresent(
                            reason ->
                                    results.add(
                                            result(
                                                    new Pair(step.step().name(), Optional.empty()),
                                                    StepState.SKIPPED,
                                                    reason)));
        }
        return results;
    }

    private static PairResult brief(PairResult whole) {
        return new PairResult(
                whole.pair(),
                whole.worker(),
                whole.state(),
                whole.reason().map(Reasons::brief),
                whole.mayStillRun());
    }

    private static PairResult result(Pair pair, StepState state, String reason) {
        return new PairResult(pair, Optional.empty(), state, Optional.of(reason), false);
    }

    private static String sentence(List<PairResult> failures) {
        int others = failures.size() - 1;
        String more = others == 0 ? "" : " (and %d more)".formatted(others);
        return told(failures.getFirst()) + more;
    }

    /** A failure in a sentence. */
    static String told(PairResult failure) {
        String where =
                failure.pair().target().isPresent()
                        ? ""
                        : failure.worker().map(worker -> " on worker " + worker).orElse("");
        return "%s%s %s: %s"
                .formatted(
                        failure.pair(),
                        where,
                        failure.state() == StepState.UNKNOWN ? "may have failed" : "failed",
                        failure.reason().orElse("no reason was told"));
    }
}
