package stagecoach.simulation.defect;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.Decider;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.orchestrator.deployment.DeploymentDecider;
import stagecoach.packages.acquisition.Acquisition;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.acquisition.AcquisitionDecider;
import stagecoach.steprunner.run.StepRun;
import stagecoach.steprunner.run.StepRunCommand;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.steprunner.run.StepRunDecider;
import stagecoach.vocabulary.identity.TargetId;

/** The real deciders, or such with a defect. */
public final class Planted {
    private Planted() {}

    /** The rules of a deployment. */
    public static Decider<Deployment, DeploymentCommand, DeploymentEvent> deployments(
            Optional<Defect> defect) {
        var right = new DeploymentDecider();
        return defect.<Decider<Deployment, DeploymentCommand, DeploymentEvent>>map(
                        one ->
                                new Mutated<>(
                                        right,
                                        asked(one),
                                        decided(one),
                                        event -> believed(one, event)))
                .orElse(right);
    }

    private static Mutated.Asked<Deployment, DeploymentCommand> asked(Defect defect) {
        return (state, command) -> {
            if (defect == Defect.OLD_RUNS_END_THE_CURRENT_ONE && command instanceof EndPhase end) {
                return currentRun(state)
                        .<DeploymentCommand>map(
                                run ->
                                        new EndPhase(
                                                run,
                                                end.outcome(),
                                                end.reason(),
                                                end.results(),
                                                end.missing(),
                                                end.observation()))
                        .orElse(command);
            }
            if (defect == Defect.LATE_ONES_START && command instanceof Start start) {
                return new Start(Copies.at(Instant.EPOCH, start.observation()), start.previous());
            }
            if (defect == Defect.TAKEN_OUT_TARGETS_ARE_FORGOTTEN
                    && command instanceof EndPhase end) {
                return new EndPhase(
                        end.run(),
                        end.outcome(),
                        end.reason(),
                        end.results(),
                        end.missing(),
                        end.observation());
            }
            if (defect == Defect.CLEAN_UP_BEGINS_BESIDE_WHAT_MAY_STILL_RUN
                    && command instanceof EndPhase end) {
                return Copies.withoutMayStillRun(end);
            }
            return command;
        };
    }

    private static DeploymentEvent believed(Defect defect, DeploymentEvent event) {
        return defect == Defect.RETRY_BEGINS_ALL_AGAIN
                        && event instanceof DeploymentRetried(var attempt, var _, var by)
                ? new DeploymentRetried(attempt, RetryFrom.START, by)
                : event;
    }

    private static Optional<stagecoach.vocabulary.identity.Run> currentRun(Deployment state) {
        return switch (state) {
            case Deployment.Running running
                    when running.position() instanceof Deployment.Position.InRun(var run) ->
                    Optional.of(run.run());
            default -> Optional.empty();
        };
    }

    private static UnaryOperator<List<DeploymentEvent>> decided(Defect defect) {
        return events -> {
            var joined =
                    events.stream()
                            .filter(TargetJoined.class::isInstance)
                            .map(event -> ((TargetJoined) event).target())
                            .toList();
            return events.stream().map(event -> changed(defect, event, joined)).toList();
        };
    }

    private static DeploymentEvent changed(
            Defect defect, DeploymentEvent event, List<TargetId> joined) {
        if (defect == Defect.MAY_STILL_RUN_IS_HIDDEN && event instanceof DeploymentEnded end) {
            return new DeploymentEnded(end.state(), end.failure(), List.of());
        }
        if (event instanceof PhaseStarted begun
                && begun.work() instanceof PhaseWork.Acquire(var needs, boolean force)) {
            if (defect == Defect.ACQUISITION_LEAVES_A_TARGET_OUT) {
                return Copies.with(begun, new PhaseWork.Acquire(withoutLast(needs), force));
            }
            if (defect == Defect.JOINED_TARGETS_ARE_NOT_ACQUIRED_FOR && !joined.isEmpty()) {
                return Copies.with(begun, new PhaseWork.Acquire(without(needs, joined), force));
            }
        }
        return event;
    }

    private static List<PackageNeed> withoutLast(List<PackageNeed> needs) {
        return needs.stream()
                .map(
                        need ->
                                need.targets().size() < 2
                                        ? need
                                        : new PackageNeed(
                                                need.pinned(),
                                                need.targets()
                                                        .subList(0, need.targets().size() - 1)))
                .toList();
    }

    private static List<PackageNeed> without(List<PackageNeed> needs, List<TargetId> targets) {
        return needs.stream()
                .map(
                        need ->
                                new PackageNeed(
                                        need.pinned(),
                                        need.targets().stream()
                                                .filter(
                                                        one ->
                                                                one.target()
                                                                        .target()
                                                                        .filter(targets::contains)
                                                                        .isEmpty())
                                                .toList()))
                .toList();
    }

    /** The rules of a run of steps. */
    public static Decider<StepRun, StepRunCommand, StepRunEvent> stepRuns(Optional<Defect> defect) {
        var right = new StepRunDecider();
        return defect.<Decider<StepRun, StepRunCommand, StepRunEvent>>map(
                        one ->
                                new Mutated<>(
                                        right,
                                        (_, command) -> changed(one, command),
                                        UnaryOperator.identity(),
                                        UnaryOperator.identity()))
                .orElse(right);
    }

    private static StepRunCommand changed(Defect defect, StepRunCommand command) {
        return switch (command) {
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.THE_WINDOW_IS_FORGOTTEN ->
                    new StartRun(Copies.withoutWindows(sheet), unready, judge);
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.CONDITIONS_ARE_IGNORED ->
                    new StartRun(Copies.withoutConditions(sheet), unready, judge);
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.BATCHES_DO_NOT_WAIT ->
                    new StartRun(Copies.inOneBatch(sheet), unready, judge);
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.WHAT_NO_WORKER_CAN_DO_THE_TARGET_DOES ->
                    new StartRun(Copies.withTargetsAsWorkers(sheet), unready, judge);
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.HEALTH_CHECKS_BELIEVE_WHAT_WAS_SEEN ->
                    new StartRun(Copies.withoutHealthChecks(sheet), unready, judge);
            case StartRun(var sheet, var unready, var judge)
                    when defect == Defect.HEALTH_CHECKS_TAKE_NOBODY_OUT ->
                    new StartRun(Copies.withoutTakingOut(sheet), unready, judge);
            case CommandReported(var ticket, var result, var at, var judge)
                    when defect == Defect.MISSING_MACHINES_ALWAYS_FAIL
                            && result.outcome() == CommandOutcome.UNREACHED ->
                    new CommandReported(ticket, failed(result), at, judge);
            case CommandReported(var ticket, var result, var at, var judge)
                    when defect == Defect.UNKNOWN_ENDS_ARE_TRIED_AGAIN
                            && (result.outcome() == CommandOutcome.UNKNOWN
                                    || result.outcome() == CommandOutcome.ABANDONED) ->
                    new CommandReported(ticket, failed(result), at, judge);
            default -> command;
        };
    }

    private static CommandResult failed(CommandResult result) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(1),
                result.outputs(),
                result.reason(),
                false,
                Optional.empty());
    }

    /** The rules of an acquisition. */
    public static Decider<Acquisition, AcquisitionCommand, AcquisitionEvent> acquisitions(
            Optional<Defect> defect) {
        var right = new AcquisitionDecider();
        return defect.<Decider<Acquisition, AcquisitionCommand, AcquisitionEvent>>map(
                        one ->
                                new Mutated<>(
                                        right,
                                        (_, command) -> changed(one, command),
                                        events ->
                                                one == Defect.ACQUISITION_HIDES_WHAT_IS_MISSING
                                                        ? hidden(events)
                                                        : events,
                                        UnaryOperator.identity()))
                .orElse(right);
    }

    private static AcquisitionCommand changed(Defect defect, AcquisitionCommand command) {
        return defect == Defect.NEIGHBOURS_ARE_NOT_WAITED_FOR
                        && command instanceof AcquisitionCommand.Start start
                ? Copies.withoutNeighbours(start)
                : command;
    }

    private static List<AcquisitionEvent> hidden(List<AcquisitionEvent> events) {
        var told = new ArrayList<AcquisitionEvent>();
        for (var event : events) {
            told.add(
                    event instanceof AcquisitionEnded
                            ? new AcquisitionEnded(
                                    RunOutcome.SUCCEEDED, Optional.empty(), List.of())
                            : event);
        }
        return told;
    }
}
