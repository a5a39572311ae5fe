package stagecoach.orchestrator.deployment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * Why a run failed, in words that a person can act on: what, where, and the machine's own words.
 */
final class FailureSentence {
    /** How the step-runner tells an exit code, with the last line of the error output. */
    private static final Pattern EXIT =
            Pattern.compile("exit (?:code )?(\\d+)(?:: \"?(.*?)\"?)?", Pattern.DOTALL);

    private FailureSentence() {}

    /** The sentence for a run that ended badly; its first failure in full, the others by place. */
    static String of(CurrentRun run, EndPhase end) {
        return switch (run.work()) {
            case PhaseWork.Steps _ ->
                    ofSteps(run, end.results())
                            .or(end::reason)
                            .orElse("%s failed (run %s)".formatted(run.phase(), run.run()));
            case PhaseWork.Acquire(var needs, var _) ->
                    ofPackages(new PhaseWork.Acquire(needs, false), end.missing())
                            .or(end::reason)
                            .orElse("%s failed (run %s)".formatted(run.phase(), run.run()));
        };
    }

    private static Optional<String> ofSteps(CurrentRun run, List<PairResult> results) {
        var failed = failed(run, results);
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        var first = failed.getFirst();
        return Optional.of(
                "step \"%s\" %s%s%s"
                        .formatted(
                                first.pair().step(),
                                at(run, first),
                                because(first.reason()),
                                others(first.pair(), failed.subList(1, failed.size()))));
    }

    /** The failure that a sentence begins with: in the order of the steps, then of the targets. */
    static Optional<PairResult> firstFailed(CurrentRun run, List<PairResult> results) {
        return failed(run, results).stream().findFirst();
    }

    private static List<PairResult> failed(CurrentRun run, List<PairResult> results) {
        var order = run.assignments().stream().map(a -> a.step().name()).toList();
        return results.stream()
                .filter(result -> isFailure(result.state()))
                .sorted(
                        Comparator.<PairResult>comparingInt(
                                        result -> order.indexOf(result.pair().step()))
                                .thenComparing(PairResult::pair, Pairs.BY_STEP_AND_TARGET))
                .toList();
    }

    /** Whether such an end of a pair fails its run. */
    static boolean isFailure(StepState state) {
        return state == StepState.FAILED || state == StepState.UNKNOWN;
    }

    private static String at(CurrentRun run, PairResult result) {
        return run.placeOf(result.pair())
                .map(Pairs::at)
                .orElseGet(() -> result.pair().target().map(t -> "on " + t).orElse("on a worker"));
    }

    /**
     * An exit code belongs to the place ({@code on web-5, exit 1: "…"}); any other reason explains
     * it.
     */
    private static String because(Optional<String> reason) {
        return reason.map(
                        why -> {
                            var exit = EXIT.matcher(why);
                            if (!exit.matches()) {
                                return ": " + why;
                            }
                            String words = exit.group(2);
                            return ", exit "
                                    + exit.group(1)
                                    + (words == null ? "" : ": \"" + words + "\"");
                        })
                .orElse("");
    }

    private static String others(Pair first, List<PairResult> more) {
        if (more.isEmpty()) {
            return "";
        }
        var alike = new ArrayList<String>();
        for (var result : more) {
            StepName step = result.pair().step();
            String where = result.pair().target().map(TargetId::value).orElse("a worker");
            alike.add(step.equals(first.step()) ? where : "\"%s\" on %s".formatted(step, where));
        }
        return "; failed too: " + shortened(alike);
    }

    private static Optional<String> ofPackages(
            PhaseWork.Acquire work, List<MissingPackage> missing) {
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        var first = missing.getFirst();
        var more =
                missing.stream()
                        .skip(1)
                        .map(m -> m.pin().id() + " on " + m.target().shown())
                        .distinct()
                        .toList();
        return Optional.of(
                "%s %s could not be brought to %s: %s%s"
                        .formatted(
                                first.pin().id(),
                                first.pin().version(),
                                Pairs.holder(first.target(), regionOf(work, first.target())),
                                first.reason(),
                                more.isEmpty() ? "" : "; missing too: " + shortened(more)));
    }

    private static Optional<RegionId> regionOf(PhaseWork.Acquire work, HolderId holder) {
        return work.needs().stream()
                .flatMap(need -> need.targets().stream())
                .filter(needing -> needing.target().equals(holder))
                .findFirst()
                .flatMap(needing -> needing.region());
    }

    private static String shortened(List<String> places) {
        int shown = 5;
        String text = places.stream().limit(shown).collect(Collectors.joining(", "));
        return places.size() > shown
                ? text + " and %d more".formatted(places.size() - shown)
                : text;
    }
}
