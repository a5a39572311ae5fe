package stagecoach.simulation.tale;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.steprun.StepRunEvent;

/** Events and commands in a few words. */
public final class Sentences {
    private Sentences() {}

    /** An event of a deployment. */
    public static String of(DeploymentEvent event) {
        return switch (event) {
            case PhaseStarted started ->
                    "run %s begins: %s%s%s"
                            .formatted(
                                    started.run(),
                                    started.phase(),
                                    started.purpose() == Purpose.CLEANUP ? " (clean-up)" : "",
                                    work(started.work()));
            case PhaseEnded ended ->
                    "run %s ended: %s%s, %d results, %d packages missing"
                            .formatted(
                                    ended.run(),
                                    ended.outcome(),
                                    because(ended.reason()),
                                    ended.results().size(),
                                    ended.missing().size());
            case DeploymentEnded ended ->
                    "ended: %s%s%s"
                            .formatted(
                                    ended.state(),
                                    because(ended.failure()),
                                    ended.mayStillRun().isEmpty()
                                            ? ""
                                            : "; may still run: " + ended.mayStillRun());
            default -> event.getClass().getSimpleName();
        };
    }

    private static String work(PhaseWork work) {
        return switch (work) {
            case PhaseWork.Steps(var assignments) ->
                    assignments.stream()
                            .map(
                                    one ->
                                            " %s%s"
                                                    .formatted(
                                                            one.step().name(),
                                                            one.places().stream()
                                                                    .map(Sentences::place)
                                                                    .toList()))
                            .collect(Collectors.joining());
            case PhaseWork.Acquire(var needs, var _) ->
                    needs.stream()
                            .map(
                                    need ->
                                            " %s%s"
                                                    .formatted(
                                                            need.pinned().pin().id(),
                                                            need.targets().stream()
                                                                    .map(t -> t.target().value())
                                                                    .toList()))
                            .collect(Collectors.joining());
        };
    }

    private static String place(stagecoach.contracts.run.Place place) {
        return place.target().map(Object::toString).orElse("")
                + place.worker().map(worker -> "@" + worker).orElse("")
                + (place.unavailable().isPresent() ? "(unavailable)" : "");
    }

    /** An event of a step run. */
    public static String of(StepRunEvent event) {
        return switch (event) {
            case StepRunEvent.StepStarted started ->
                    "%s starts, try %d".formatted(started.pair(), started.tryNumber());
            case StepRunEvent.StepTryFailed failed ->
                    "%s failed, again at %s".formatted(failed.pair(), failed.nextTryAt());
            case StepRunEvent.StepFinished finished ->
                    "%s finished: %s%s%s"
                            .formatted(
                                    finished.pair(),
                                    finished.state(),
                                    because(finished.reason()),
                                    finished.mayStillRun() ? " (may still run)" : "");
            case StepRunEvent.StepSkipped skipped ->
                    "%s skipped at %s: %s"
                            .formatted(skipped.step(), skipped.pairs(), skipped.reason());
            case StepRunEvent.StepRunEnded ended -> "the run of steps ended: " + ended.outcome();
            default -> event.getClass().getSimpleName();
        };
    }

    /** An event of an acquisition. */
    public static String of(AcquisitionEvent event) {
        return switch (event) {
            case AcquisitionEvent.TargetAcquiring told ->
                    "%s is told to read %s".formatted(told.target(), told.pin().id());
            case AcquisitionEvent.TargetAcquired got ->
                    "%s holds %s".formatted(got.target(), got.pin().id());
            case AcquisitionEvent.TargetAcquisitionFailed failed ->
                    "%s does not get %s: %s"
                            .formatted(failed.target(), failed.pin().id(), failed.reason());
            case AcquisitionEvent.AcquisitionEnded ended ->
                    "the acquisition ended: " + ended.outcome();
            default -> event.getClass().getSimpleName();
        };
    }

    /** What a command is about. */
    public static String of(AgentCommand command) {
        return "%s %s".formatted(command.getClass().getSimpleName(), of(command.context()));
    }

    private static String of(CommandContext context) {
        return "(%s run %s%s%s)"
                .formatted(
                        context.deployment(),
                        context.run(),
                        context.step().map(step -> ", " + step).orElse(""),
                        context.target().map(target -> " at " + target).orElse(""));
    }

    /** How a command ended. */
    public static String of(CommandResult result) {
        return result.outcome()
                + result.exitCode().map(code -> " " + code).orElse("")
                + (result.mayStillRun() ? " (may still run)" : "");
    }

    /** The last {@code most} lines. */
    public static List<String> last(List<String> lines, int most) {
        return lines.subList(Math.max(0, lines.size() - most), lines.size());
    }

    private static String because(Optional<String> reason) {
        return reason.map(why -> " (" + why + ")").orElse("");
    }
}
