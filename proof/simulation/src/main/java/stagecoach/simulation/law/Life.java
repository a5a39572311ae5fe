package stagecoach.simulation.law;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Phase;

/** A deployment as its published events tell it; written without a look at the deciders. */
final class Life {
    final DeploymentQueued asked;
    final Map<Run, PhaseStarted> runs = new HashMap<>();
    final Map<Run, PhaseEnded> ends = new HashMap<>();
    final Set<Run> givenUp = new HashSet<>();
    final Set<Run> begunBeforeCancel = new HashSet<>();
    final Set<Pair> succeeded = new HashSet<>();
    final Map<Pair, StepState> inThisAttempt = new HashMap<>();
    final Set<Holding> held = new HashSet<>();
    final Set<TargetId> missed = new HashSet<>();
    final Set<TargetId> joining = new HashSet<>();
    int attempt = 1;
    int queueNumber;
    final Set<TargetId> excluded = new HashSet<>();

    /** The targets that health checks of a run have taken out. */
    final Map<Run, Set<TargetId>> takenOut = new HashMap<>();

    final Map<InterruptionId, InterruptionRaised> questions = new HashMap<>();
    boolean scheduled;
    boolean staged;
    boolean paused;
    boolean mayHaveLostPackages;
    boolean started;
    boolean ended;
    boolean acquisitionFailed;
    boolean stepFailed;
    int cleanUps;
    @Nullable Run open;
    @Nullable Instant cancelDeadline;
    long overdueSinceMillis = -1;

    /** A package at a machine. */
    record Holding(Sha512 sha512, HolderId holder) {}

    Life(DeploymentQueued asked, int queueNumber) {
        this.asked = asked;
        this.queueNumber = queueNumber;
        this.scheduled = asked.notBefore().isPresent();
    }

    PlannedStep step(StepName name) {
        return asked.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    Set<TargetId> takenOutBy(Run run) {
        return takenOut.computeIfAbsent(run, _ -> new HashSet<>());
    }

    Optional<PhaseStarted> current() {
        return Optional.ofNullable(open).map(runs::get);
    }

    boolean hasSlot() {
        return started && !ended;
    }

    /** Whether a cancel or the end of all has to do with this run. */
    boolean mayBeCancelled(Run run) {
        var begun = runs.get(run);
        return ended || cancelDeadline != null || begun == null || begun.attempt() < attempt;
    }

    void newAttempt(int number, int place, boolean fromStart) {
        attempt = number;
        queueNumber = place;
        started = false;
        ended = false;
        acquisitionFailed = false;
        stepFailed = false;
        cleanUps = 0;
        cancelDeadline = null;
        begunBeforeCancel.clear();
        overdueSinceMillis = -1;
        inThisAttempt.clear();
        held.clear();
        missed.clear();
        paused = false;
        staged = false;
        mayHaveLostPackages = false;
        if (fromStart) {
            succeeded.clear();
            excluded.clear();
            takenOut.clear();
        }
    }

    /** A person has said how to go on. */
    void resolved(Choice choice, List<Pair> pairs) {
        paused = false;
        mayHaveLostPackages = true;
        switch (choice) {
            case RETRY -> {
                pairs.forEach(inThisAttempt::remove);
                acquisitionFailed = false;
                stepFailed = false;
            }
            case PROCEED -> succeeded.addAll(pairs);
            case IGNORE, EXCLUDE -> {
                acquisitionFailed = false;
                stepFailed = false;
            }
            case ABORT -> {}
        }
    }

    /** After a cancel during a clean-up there may be another one. */
    void cancelled(Instant deadline) {
        cancelDeadline = deadline;
        begunBeforeCancel.addAll(runs.keySet());
        cleanUps = 0;
    }

    void end(PhaseStarted begun, PhaseEnded end) {
        ends.put(end.run(), end);
        open = null;
        for (var result : end.results()) {
            inThisAttempt.put(result.pair(), result.state());
            if (result.state() == StepState.SUCCEEDED) {
                succeeded.add(result.pair());
            }
            if (result.state() == StepState.FAILED || result.state() == StepState.UNKNOWN) {
                stepFailed = true;
            }
        }
        if (begun.work() instanceof PhaseWork.Acquire(var needs, var _)
                && end.outcome() != RunOutcome.CANCELLED) {
            for (var need : needs) {
                need.targets()
                        .forEach(
                                t ->
                                        held.add(
                                                new Holding(
                                                        need.pinned().pin().sha512(), t.target())));
            }
            end.missing().forEach(m -> held.remove(new Holding(m.pin().sha512(), m.target())));
        }
        if (begun.phase() == Phase.ACQUISITION && end.outcome() != RunOutcome.SUCCEEDED) {
            acquisitionFailed = true;
        }
    }
}
