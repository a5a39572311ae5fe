package stagecoach.simulation.law;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;

/** What is judged at each event of a deployment. */
final class CourseLaws {
    private final Map<DeploymentId, Life> lives;
    private final Map<Ticket, Deed> deeds;
    private final Conditions conditions;
    private int queueNumber;

    CourseLaws(Map<DeploymentId, Life> lives, Map<Ticket, Deed> deeds, Conditions conditions) {
        this.conditions = conditions;
        this.lives = lives;
        this.deeds = deeds;
    }

    void happened(DeploymentId deployment, DeploymentEvent event) {
        if (event instanceof DeploymentQueued asked) {
            lives.put(deployment, new Life(asked, ++queueNumber));
            return;
        }
        @Nullable Life life = lives.get(deployment);
        if (life == null) {
            throw lost("%s begins with %s".formatted(deployment, event));
        }
        switch (event) {
            case DeploymentStarted _ -> onStarted(life);
            case PhaseStarted begun -> onPhase(life, begun);
            case PhaseEnded end -> onPhaseEnd(life, end);
            case TargetJoined joined -> life.joining.add(joined.target());
            case TargetMissed missed -> life.missed.add(missed.target());
            case DeploymentRetried(var attempt, var from, var _) ->
                    life.newAttempt(attempt, ++queueNumber, from == RetryFrom.START);
            case DeploymentDue _ -> life.scheduled = false;
            case DeploymentStaged _ -> {
                life.started = false;
                life.staged = true;
            }
            case DeploymentProceeded(var attempt, var _, var at) -> {
                life.newAttempt(attempt, ++queueNumber, false);
                life.scheduled = at.isPresent();
            }
            case InterruptionRaised raised -> {
                life.paused = true;
                life.questions.put(raised.interruption(), raised);
            }
            case InterruptionResolved answer -> {
                var raised = life.questions.get(answer.interruption());
                life.resolved(answer.choice(), raised == null ? List.of() : raised.pairs());
            }
            case TargetExcluded excluded -> life.excluded.add(excluded.target());
            case CancelRequested cancel -> life.cancelled(cancel.deadline());
            case DeploymentEnded end -> onEnd(life, end);
            default -> {}
        }
    }

    private void onStarted(Life life) {
        life.started = true;
        for (Life other : lives.values()) {
            boolean same =
                    other != life
                            && other.asked.project().equals(life.asked.project())
                            && other.asked.environment().equals(life.asked.environment());
            if (same && other.hasSlot()) {
                throw queue(
                        "%s starts while %s is under way"
                                .formatted(life.asked.deployment(), other.asked.deployment()));
            }
            if (same && isInLine(other) && other.queueNumber < life.queueNumber) {
                throw queue(
                        "%s starts before %s, which was asked for earlier"
                                .formatted(life.asked.deployment(), other.asked.deployment()));
            }
        }
    }

    private static boolean isInLine(Life life) {
        return !life.started && !life.ended && !life.scheduled && !life.staged;
    }

    private void onPhase(Life life, PhaseStarted begun) {
        if (life.paused && life.cancelDeadline == null) {
            throw new Broken(
                    Invariant.N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN,
                    "run %s begins while a person is asked".formatted(begun.run()));
        }
        if (life.open != null || life.ended) {
            throw current(
                    "run %s begins while run %s is current".formatted(begun.run(), life.open));
        }
        if (begun.run().value() != life.runs.size() + 1) {
            throw current("run %s begins after %d runs".formatted(begun.run(), life.runs.size()));
        }
        PlaceLaws.begins(life, begun);
        switch (begun.work()) {
            case PhaseWork.Acquire(var needs, var _) -> onAcquisition(life, begun, needs);
            case PhaseWork.Steps(var assignments) -> onSteps(life, begun, assignments);
        }
        life.joining.clear();
        life.runs.put(begun.run(), begun);
        life.open = begun.run();
    }

    private void onAcquisition(Life life, PhaseStarted begun, List<PackageNeed> needs) {
        if (needs.isEmpty() || needs.stream().anyMatch(need -> need.targets().isEmpty())) {
            throw exactly("run %s acquires nothing".formatted(begun.run()));
        }
        if (life.cancelDeadline != null) {
            throw cancelled("run %s acquires after the cancel".formatted(begun.run()));
        }
        var named = new HashSet<TargetId>();
        for (var need : needs) {
            for (var target : need.targets()) {
                target.target().target().ifPresent(named::add);
                var holding = new Life.Holding(need.pinned().pin().sha512(), target.target());
                if (life.held.contains(holding) && !life.mayHaveLostPackages) {
                    throw exactly(
                            "run %s acquires %s for %s, which holds it"
                                    .formatted(
                                            begun.run(),
                                            need.pinned().pin().id(),
                                            target.target()));
                }
                if (!isNeeded(life, begun.purpose(), holding)) {
                    throw exactly(
                            "run %s acquires %s for %s, and no step of the coming run needs it there"
                                    .formatted(
                                            begun.run(),
                                            need.pinned().pin().id(),
                                            target.target()));
                }
            }
        }
        if (!named.containsAll(life.joining)) {
            throw new Broken(
                    Invariant.N6_WHO_JOINS_IS_ACQUIRED_FOR_FIRST,
                    "%s joined, and run %s is for %s".formatted(life.joining, begun.run(), named));
        }
    }

    private boolean isNeeded(Life life, Purpose purpose, Life.Holding holding) {
        return life.asked.steps().stream()
                .anyMatch(
                        step ->
                                step.skip().isEmpty()
                                        && step.needs().stream()
                                                .anyMatch(
                                                        pinned ->
                                                                pinned.pin()
                                                                        .sha512()
                                                                        .equals(holding.sha512()))
                                        && (purpose == Purpose.NORMAL
                                                || step.condition() != Condition.SUCCESS)
                                        && mayStillRunAt(life, step, holding.holder()));
    }

    /** Whom a worker acts for is not told with its needs, so it may be for any target. */
    private boolean mayStillRunAt(Life life, PlannedStep step, HolderId holder) {
        return switch (step.runOn()) {
            case RunOn.Targets _ ->
                    holder.target().isPresent()
                            && mayStillRun(life, step, new Pair(step.name(), holder.target()));
            case RunOn.Worker _ ->
                    holder.worker().isPresent()
                            && mayStillRun(life, step, new Pair(step.name(), Optional.empty()));
            case RunOn.OnBehalfOf _ -> holder.worker().isPresent();
            case RunOn.NoMachine _ -> false;
        };
    }

    private boolean mayStillRun(Life life, PlannedStep step, Pair pair) {
        return !conditions.isSettled(pair)
                && (step.condition() == Condition.ALWAYS || !life.succeeded.contains(pair));
    }

    private void onSteps(Life life, PhaseStarted begun, List<StepAssignment> assignments) {
        if (!life.joining.isEmpty()) {
            throw new Broken(
                    Invariant.N6_WHO_JOINS_IS_ACQUIRED_FOR_FIRST,
                    "%s joined, and run %s is none of its packages"
                            .formatted(life.joining, begun.run()));
        }
        if (begun.purpose() == Purpose.CLEANUP) {
            life.cleanUps++;
        }
        if (life.cleanUps > 1) {
            throw current("a second clean-up begins with run " + begun.run());
        }
        boolean normal = begun.purpose() == Purpose.NORMAL;
        if (normal && life.acquisitionFailed) {
            throw new Broken(
                    Invariant.N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN,
                    "run %s begins after an acquisition has failed".formatted(begun.run()));
        }
        for (var assignment : assignments) {
            var step = assignment.step();
            if (life.cancelDeadline != null && step.condition() != Condition.ALWAYS) {
                throw cancelled("%s shall run after the cancel".formatted(step.name()));
            }
            for (var place : assignment.places()) {
                if (place.unavailable().isEmpty()
                        && !conditions.isSettled(new Pair(step.name(), place.target()))
                        && step.agentAt(place).isPresent()
                        && begun.phase() == Phase.DEPLOYMENT) {
                    var holder = HolderId.of(step.agentAt(place).get());
                    for (var pinned : step.needs()) {
                        if (!life.held.contains(new Life.Holding(pinned.pin().sha512(), holder))) {
                            throw exactly(
                                    "run %s lets %s run on %s, for which no acquisition has brought %s"
                                            .formatted(
                                                    begun.run(),
                                                    step.name(),
                                                    holder,
                                                    pinned.pin().id()));
                        }
                    }
                }
            }
        }
    }

    private void onPhaseEnd(Life life, PhaseEnded end) {
        @Nullable PhaseStarted begun = life.current().orElse(null);
        if (begun == null || !begun.run().equals(end.run())) {
            throw current("run %s ends while run %s is current".formatted(end.run(), life.open));
        }
        boolean gaveUp =
                end.outcome() == RunOutcome.CANCELLED
                        && end.reason().filter(why -> why.contains("no answer")).isPresent();
        if (gaveUp) {
            life.givenUp.add(end.run());
        } else {
            resultsAreTrue(life, begun, end);
        }
        life.end(begun, end);
    }

    private void resultsAreTrue(Life life, PhaseStarted begun, PhaseEnded end) {
        var told = new HashSet<Pair>();
        for (var result : end.results()) {
            told.add(result.pair());
            if (result.state() == StepState.SUCCEEDED
                    && !reallySucceeded(life, end.run(), result.pair())) {
                throw lost(
                        "%s is said to have succeeded in run %s, and no machine has done it"
                                .formatted(result.pair(), end.run()));
            }
        }
        if (begun.work() instanceof PhaseWork.Steps(var assignments)) {
            for (var assignment : assignments) {
                for (var place : assignment.places()) {
                    var pair = new Pair(assignment.step().name(), place.target());
                    if (!told.contains(pair)) {
                        throw lost(
                                "of %s nothing is said at the end of run %s"
                                        .formatted(pair, end.run()));
                    }
                }
            }
        }
    }

    private boolean reallySucceeded(Life life, Run run, Pair pair) {
        return deeds.values().stream()
                .anyMatch(
                        deed ->
                                deed.isStep()
                                        && deed.command
                                                .context()
                                                .deployment()
                                                .equals(life.asked.deployment())
                                        && deed.command.context().run().equals(run)
                                        && deed.pair().equals(pair)
                                        && deed.exitCode.orElse(-1) == 0);
    }

    private void onEnd(Life life, DeploymentEnded end) {
        if (life.open != null) {
            throw current("it ends while run %s is current".formatted(life.open));
        }
        life.ended = true;
        life.cancelDeadline = null;
        var unsaid = new ArrayList<Deed>();
        for (Deed deed : deeds.values()) {
            if (deed.atWork
                    && deed.isStep()
                    && deed.command.context().deployment().equals(life.asked.deployment())
                    && !end.mayStillRun().contains(deed.pair())) {
                unsaid.add(deed);
            }
        }
        if (!unsaid.isEmpty()) {
            throw new Broken(
                    Invariant.N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST,
                    "%s ends, and does not say that %s may still run"
                            .formatted(life.asked.deployment(), unsaid));
        }
        if (end.state() == DeploymentState.SUCCEEDED) {
            nothingIsMissing(life);
        }
    }

    private static void nothingIsMissing(Life life) {
        for (var step : life.asked.steps()) {
            boolean spokenOf =
                    life.inThisAttempt.keySet().stream()
                                    .anyMatch(pair -> pair.step().equals(step.name()))
                            || life.succeeded.stream()
                                    .anyMatch(pair -> pair.step().equals(step.name()));
            if (!spokenOf && step.skip().isEmpty()) {
                throw lost(
                        "%s has succeeded, and nothing was done or said about %s"
                                .formatted(life.asked.deployment(), step.name()));
            }
        }
        if (life.stepFailed || life.acquisitionFailed) {
            throw lost(
                    "%s has succeeded although something failed"
                            .formatted(life.asked.deployment()));
        }
    }

    private static Broken current(String how) {
        return new Broken(Invariant.N5_AT_MOST_ONE_RUN_IS_CURRENT, how);
    }

    private static Broken queue(String how) {
        return new Broken(Invariant.N7_ONE_DEPLOYMENT_AT_A_TIME, how);
    }

    private static Broken exactly(String how) {
        return new Broken(Invariant.N3_AN_ACQUISITION_COVERS_EXACTLY_WHAT_IS_NEEDED, how);
    }

    private static Broken cancelled(String how) {
        return new Broken(Invariant.N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST, how);
    }

    private static Broken lost(String how) {
        return new Broken(Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK, how);
    }
}
