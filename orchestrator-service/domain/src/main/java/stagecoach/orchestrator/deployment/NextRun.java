package stagecoach.orchestrator.deployment;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunFacts.Standing;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.orchestrator.deployment.Deployment.Cancelling;
import stagecoach.orchestrator.deployment.Deployment.Cleanup;
import stagecoach.orchestrator.deployment.Deployment.Position;
import stagecoach.orchestrator.deployment.Deployment.Running;
import stagecoach.orchestrator.needs.PackageNeeds;
import stagecoach.orchestrator.needs.Remaining;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;

/**
 * Which run follows when none is under way: PRE_ACQUISITION, then acquisitions until nothing is
 * needed, then DEPLOYMENT, then the end; or after a failure or a cancel the clean-up.
 */
final class NextRun {
    /** How often targets that came in between are still taken along. */
    private static final int GROWTH_ROUNDS_MAX = 3;

    private final Decision decision;
    private final Observation observation;
    private final boolean patient;

    /**
     * What follows a decision that leaves no run under way.
     *
     * @param patient whether the next run may wait for machines
     */
    NextRun(Decision decision, Observation observation, boolean patient) {
        this.decision = decision;
        this.observation = observation;
        this.patient = patient;
    }

    /** Tells what follows: the start of one run, the end, or that machines are waited for. */
    void follow() {
        switch (decision.state()) {
            case Running running -> follow(running);
            case Cancelling cancelling -> cleanUpAfterCancel(cancelling);
            case Deployment.Nothing _,
                    Deployment.Queued _,
                    Deployment.Staged _,
                    Deployment.Ended _ ->
                    throw new IllegalStateException(
                            "nothing follows a deployment that is not on its way");
        }
    }

    private void follow(Running running) {
        switch (running.position()) {
            case Position.InRun _ -> throw new IllegalStateException("a run is under way");
            case Position.Paused _ -> throw new IllegalStateException("a person is asked");
            case Position.AfterLastRun() -> end(running);
            case Position.BeforeRun(var next, var _) -> {
                if (running.progress().failure().isPresent()) {
                    cleanUpAfterFailure(running, next);
                } else if (next == Phase.PRE_ACQUISITION) {
                    preAcquire(running);
                } else {
                    acquire(running);
                }
            }
        }
    }

    private void preAcquire(Running running) {
        var assignments = plan(running).normal(Phase.PRE_ACQUISITION);
        if (assignments.isEmpty()) {
            acquire(running);
        } else {
            beginWhenThere(running, Phase.PRE_ACQUISITION, assignments);
        }
    }

    private void acquire(Running running) {
        var needs = plan(running).needs();
        int rounds = running.progress().now().acquisitions();
        if (rounds == 0) {
            var strict = needs.strict();
            if (strict.isEmpty()) {
                deploy();
            } else if (!waits(AbsentMachines.of(needs))) {
                begin(running, strict);
            }
            return;
        }
        var growth = needs.reachable();
        if (!growth.isEmpty() && rounds <= GROWTH_ROUNDS_MAX) {
            targetsOf(growth).forEach(target -> decision.add(new TargetJoined(target, JOINED)));
            begin(running, growth);
            return;
        }
        miss(needs);
        deploy();
    }

    private static final String JOINED =
            "it came, or began to need packages, after the targets had been matched";

    /** No step may start on a target that lacks a package, so these are left out altogether. */
    private void miss(PackageNeeds needs) {
        for (TargetId target : needs.targetsThatMustNotStart()) {
            decision.add(
                    new TargetMissed(
                            target, "it came after the last acquisition of this deployment"));
        }
    }

    private void begin(Running running, List<PackageNeed> needs) {
        begin(
                Phase.ACQUISITION,
                Purpose.NORMAL,
                new PhaseWork.Acquire(needs, running.asked().forceDownload()));
    }

    private void deploy() {
        if (!(decision.state() instanceof Running running)) {
            throw new IllegalStateException("only what is on its way deploys");
        }
        var assignments = running.isStaging() ? plan(running).staging() : plan(running).deploying();
        if (assignments.isEmpty()) {
            end(running);
        } else {
            beginWhenThere(running, Phase.DEPLOYMENT, assignments);
        }
    }

    private void cleanUpAfterFailure(Running running, Phase next) {
        var needs = plan(running).cleanupNeeds().reachable();
        if (next != Phase.DEPLOYMENT && !needs.isEmpty()) {
            begin(
                    Phase.ACQUISITION,
                    Purpose.CLEANUP,
                    new PhaseWork.Acquire(needs, running.asked().forceDownload()));
            return;
        }
        var assignments = plan(running).cleanup(Remaining.Kind.AFTER_FAILURE);
        if (assignments.isEmpty()) {
            end(running);
        } else {
            begin(Phase.DEPLOYMENT, Purpose.CLEANUP, new PhaseWork.Steps(assignments));
        }
    }

    private void cleanUpAfterCancel(Cancelling cancelling) {
        var assignments =
                cancelling.cleanup() == Cleanup.DUE
                        ? PhasePlan.seen(cancelling.asked(), cancelling.progress(), observation)
                                .cleanup(Remaining.Kind.AFTER_CANCEL)
                        : List.<StepAssignment>of();
        if (assignments.isEmpty()) {
            decision.add(cancelled(cancelling, ""));
        } else {
            begin(Phase.DEPLOYMENT, Purpose.CLEANUP, new PhaseWork.Steps(assignments));
        }
    }

    /** The end of a cancelled deployment. */
    static DeploymentEnded cancelled(Cancelling cancelling, String addition) {
        var progress = cancelling.progress();
        String besides = progress.failure().map(failure -> "; besides: " + failure).orElse("");
        return new DeploymentEnded(
                DeploymentState.CANCELLED,
                Optional.of("cancelled by " + cancelling.by() + addition + besides),
                mayStillRun(progress));
    }

    /** The end of one that does not even start. */
    static DeploymentEnded failed(Progress progress, String reason) {
        return new DeploymentEnded(
                DeploymentState.FAILED, Optional.of(reason), mayStillRun(progress));
    }

    private void end(Running running) {
        var progress = running.progress();
        if (running.isStaging() && progress.failure().isEmpty()) {
            decision.add(new DeploymentStaged());
            return;
        }
        decision.add(
                new DeploymentEnded(
                        progress.failure().isPresent()
                                ? DeploymentState.FAILED
                                : DeploymentState.SUCCEEDED,
                        progress.failure(),
                        mayStillRun(progress)));
    }

    private static List<Pair> mayStillRun(Progress progress) {
        return progress.mayStillRun().stream().sorted(Pairs.BY_STEP_AND_TARGET).toList();
    }

    private void beginWhenThere(Running running, Phase phase, List<StepAssignment> assignments) {
        var plan = plan(running);
        if (!waits(AbsentMachines.of(assignments.stream().map(plan::undecided).toList()))) {
            begin(phase, Purpose.NORMAL, new PhaseWork.Steps(assignments));
        }
    }

    /** Whether the next run is put off for these machines, which is then told. */
    private boolean waits(AbsentMachines absent) {
        var until = absent.until(observation).filter(_ -> patient);
        until.ifPresent(time -> decision.add(new ArrivalsAwaited(absent.missing(), time)));
        return until.isPresent();
    }

    private void begin(Phase phase, Purpose purpose, PhaseWork work) {
        DeploymentQueued asked;
        Progress progress;
        switch (decision.state()) {
            case Running running -> {
                asked = running.asked();
                progress = running.progress();
            }
            case Cancelling cancelling -> {
                asked = cancelling.asked();
                progress = cancelling.progress();
            }
            case Deployment.Nothing _,
                    Deployment.Queued _,
                    Deployment.Staged _,
                    Deployment.Ended _ ->
                    throw new IllegalStateException("no run begins here");
        }
        decision.add(
                new PhaseStarted(
                        asked.deployment(),
                        asked.project(),
                        asked.release(),
                        asked.environment(),
                        asked.planDigest(),
                        phase,
                        progress.nextRun(),
                        progress.attempt(),
                        purpose,
                        asked.guidedFailure()
                                && purpose == Purpose.NORMAL
                                && work instanceof PhaseWork.Steps,
                        work,
                        work instanceof PhaseWork.Steps
                                ? Optional.of(facts(asked, progress))
                                : Optional.empty()));
    }

    private RunFacts facts(DeploymentQueued asked, Progress progress) {
        return new RunFacts(
                standing(),
                progress.failure(),
                progress.now().failure().flatMap(Attempt.Failure::step),
                asked.comment(),
                asked.createdBy(),
                asked.createdAt(),
                progress.now().previous(),
                progress.earlier());
    }

    private Standing standing() {
        return switch (decision.state()) {
            case Running running when running.progress().failure().isPresent() -> Standing.FAILED;
            case Running running when running.isStaging() -> Standing.STAGED;
            case Cancelling _ -> Standing.CANCELLED;
            case Running _,
                    Deployment.Nothing _,
                    Deployment.Queued _,
                    Deployment.Staged _,
                    Deployment.Ended _ ->
                    Standing.SUCCEEDED;
        };
    }

    private PhasePlan plan(Running running) {
        return PhasePlan.seen(running.asked(), running.progress(), observation);
    }

    private static List<TargetId> targetsOf(List<PackageNeed> needs) {
        var targets = new HashSet<TargetId>();
        needs.forEach(
                need ->
                        need.targets()
                                .forEach(
                                        needing ->
                                                needing.target().target().ifPresent(targets::add)));
        return targets.stream().sorted().toList();
    }
}
