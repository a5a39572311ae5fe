package stagecoach.simulation.law;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;

/** What is judged when a machine begins something, or a byte moves. */
final class MachineLaws {
    private final Map<Ticket, Deed> deeds;
    private final Set<Ticket> mayStillRun;
    private final Map<DeploymentId, Map<Run, Set<Pair>>> failedPairs;
    private final Conditions conditions;

    MachineLaws(
            Map<Ticket, Deed> deeds,
            Set<Ticket> mayStillRun,
            Map<DeploymentId, Map<Run, Set<Pair>>> failedPairs,
            Conditions conditions) {
        this.conditions = conditions;
        this.deeds = deeds;
        this.mayStillRun = mayStillRun;
        this.failedPairs = failedPairs;
    }

    void stepBegins(Life life, AgentCommand command, AgentId agent, Set<Sha512> held) {
        var run = command.context().run();
        var pair = new Pair(command.context().step().orElseThrow(), command.context().target());
        if (deeds.containsKey(command.ticket())) {
            throw twice("%s of run %s begins a second time under one ticket".formatted(pair, run));
        }
        @Nullable PhaseStarted begun = life.runs.get(run);
        if (begun == null || !(begun.work() instanceof PhaseWork.Steps(var assignments))) {
            throw new Broken(
                    Invariant.N5_AT_MOST_ONE_RUN_IS_CURRENT,
                    "%s begins under run %s, which is none of steps".formatted(pair, run));
        }
        whereItIsMeantTo(assignments, pair, agent);
        if (isExcused(life, command.ticket(), run)) {
            return;
        }
        if (!run.equals(life.open)) {
            throw new Broken(
                    Invariant.N5_AT_MOST_ONE_RUN_IS_CURRENT,
                    "%s begins under run %s, and run %s is current"
                            .formatted(pair, run, life.open));
        }
        if (pair.target().filter(life.excluded::contains).isPresent()) {
            throw new Broken(
                    Invariant.WHO_IS_TAKEN_OUT_RUNS_NOTHING_MORE,
                    "%s begins, and somebody has excluded that target".formatted(pair));
        }
        holdsWhatItNeeds(begun, assignments, pair, agent, held);
        afterAcquisition(life, pair);
        notTwice(life, pair, agent);
        inOrder(life, begun, assignments, pair);
    }

    /** What was said to run perhaps may do so. */
    private boolean isExcused(Life life, Ticket ticket, Run run) {
        return mayStillRun.contains(ticket) || life.givenUp.contains(run);
    }

    private static void whereItIsMeantTo(
            List<StepAssignment> assignments, Pair pair, AgentId agent) {
        for (var assignment : assignments) {
            if (assignment.step().name().equals(pair.step())
                    && !isMeantFor(assignment.step().runOn(), pair, agent)) {
                throw new Broken(
                        Invariant.STEPS_RUN_WHERE_THEY_ARE_MEANT_TO,
                        "%s begins at %s, and it is to run on %s"
                                .formatted(pair, agent, assignment.step().runOn()));
            }
        }
    }

    private static boolean isMeantFor(RunOn where, Pair pair, AgentId agent) {
        return switch (where) {
            case RunOn.Targets _ -> agent.target().equals(pair.target());
            case RunOn.Worker _, RunOn.OnBehalfOf _ -> agent.worker().isPresent();
            case RunOn.NoMachine _ -> false;
        };
    }

    private void holdsWhatItNeeds(
            PhaseStarted begun,
            List<StepAssignment> assignments,
            Pair pair,
            AgentId agent,
            Set<Sha512> held) {
        if (begun.phase() != Phase.DEPLOYMENT) {
            return;
        }
        for (var assignment : assignments) {
            for (var place : assignment.places()) {
                boolean here =
                        place.unavailable().isEmpty()
                                && !conditions.isSettled(
                                        new Pair(assignment.step().name(), place.target()))
                                && assignment
                                        .step()
                                        .agentAt(place)
                                        .filter(agent::equals)
                                        .isPresent();
                for (var pinned : assignment.step().needs()) {
                    if (here && !held.contains(pinned.pin().sha512())) {
                        throw new Broken(
                                Invariant.N2_NO_STEP_BEFORE_ITS_PACKAGES_ARE_HELD,
                                "%s begins, and %s lacks %s for %s"
                                        .formatted(
                                                pair,
                                                agent,
                                                pinned.pin().id(),
                                                assignment.step().name()));
                    }
                }
            }
        }
    }

    private void afterAcquisition(Life life, Pair pair) {
        if (life.acquisitionFailed && life.step(pair.step()).condition() == Condition.SUCCESS) {
            throw new Broken(
                    Invariant.N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN,
                    "%s begins after an acquisition has failed".formatted(pair));
        }
        for (Deed deed : atWork(life)) {
            if (!deed.isStep()) {
                throw new Broken(
                        Invariant.N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN,
                        "%s begins while %s is under way".formatted(pair, deed));
            }
        }
    }

    private List<Deed> atWork(Life life) {
        var open = new ArrayList<Deed>();
        for (Deed deed : deeds.values()) {
            if (deed.atWork
                    && deed.command.context().deployment().equals(life.asked.deployment())
                    && !isExcused(life, deed.command.ticket(), deed.command.context().run())) {
                open.add(deed);
            }
        }
        return open;
    }

    private void notTwice(Life life, Pair pair, AgentId agent) {
        PlannedStep step = life.step(pair.step());
        boolean brackets =
                step.phase() == Phase.PRE_ACQUISITION || step.condition() == Condition.ALWAYS;
        if (!brackets && life.succeeded.contains(pair)) {
            throw twice("%s begins although it has succeeded before".formatted(pair));
        }
        switch (life.inThisAttempt.getOrDefault(pair, StepState.PENDING)) {
            case SUCCEEDED, FAILED, UNKNOWN ->
                    throw twice("%s begins although it ran in this attempt".formatted(pair));
            case PENDING, RUNNING, SKIPPED, CANCELLED -> {}
        }
        int tries = 0;
        for (Deed deed : deeds.values()) {
            if (!deed.isStep()
                    || !deed.command.context().deployment().equals(life.asked.deployment())
                    || !deed.pair().equals(pair)) {
                continue;
            }
            tries += deed.command.context().run().equals(life.open) ? 1 : 0;
            besideNothingOfItsOwn(life, pair, deed);
            if (deed.atWork && !mayStillRun.contains(deed.command.ticket())) {
                if (!life.givenUp.contains(deed.command.context().run())) {
                    throw twice(
                            "%s begins at %s while another try of it is at work"
                                    .formatted(pair, agent));
                }
            }
        }
        if (tries > step.retries().max()) {
            throw twice(
                    "%s begins the %d. time in one run, with %d retries"
                            .formatted(pair, tries + 1, step.retries().max()));
        }
    }

    /**
     * After a cancel nothing begins again beside what may still run, told of or not. A run that had
     * begun before the cancel may have sent its commands: a person wanted them, and the cancel is
     * on its way behind them.
     */
    private static void besideNothingOfItsOwn(Life life, Pair pair, Deed deed) {
        @Nullable PhaseStarted of = life.runs.get(deed.command.context().run());
        boolean afterCancel =
                life.cancelDeadline != null
                        && life.open != null
                        && !life.begunBeforeCancel.contains(life.open);
        if (afterCancel && deed.atWork && of != null && of.attempt() == life.attempt) {
            throw new Broken(
                    Invariant.N8_A_CANCELLED_DEPLOYMENT_ENDS_AND_IS_HONEST,
                    "%s begins after the cancel beside its earlier try, which is still at work"
                            .formatted(pair));
        }
    }

    private void inOrder(
            Life life, PhaseStarted begun, List<StepAssignment> assignments, Pair pair) {
        var steps = assignments.stream().map(StepAssignment::step).toList();
        var step = named(steps, pair.step());
        var busy = new HashSet<Object>();
        busy.add(pair.target());
        for (Deed deed : atWork(life)) {
            if (deed.command.context().run().equals(begun.run())) {
                if (sharesWindow(named(steps, deed.pair().step()), step)) {
                    busy.add(deed.pair().target());
                }
                if (!deed.pair().step().equals(pair.step())
                        && mustWaitFor(deed.pair(), pair, steps)) {
                    throw disorder("%s begins while %s is at work".formatted(pair, deed));
                }
            }
        }
        int most = step.window().or(step::parallelism).orElse(Integer.MAX_VALUE);
        if (busy.size() > most) {
            throw disorder(
                    "%s begins as the %d. place at once, with a window of %d"
                            .formatted(pair, busy.size(), most));
        }
        var failed =
                failedPairs
                        .getOrDefault(life.asked.deployment(), Map.of())
                        .getOrDefault(begun.run(), Set.of());
        boolean failedBefore =
                begun.purpose() == Purpose.CLEANUP
                        || failed.stream().anyMatch(other -> comesBefore(other, pair, steps));
        boolean runs =
                switch (step.condition()) {
                    case SUCCESS -> !failedBefore;
                    case FAILURE -> failedBefore;
                    case ALWAYS -> true;
                };
        if (!runs) {
            throw disorder("%s begins, and its condition is %s".formatted(pair, step.condition()));
        }
    }

    private static PlannedStep named(List<PlannedStep> steps, StepName name) {
        return steps.stream().filter(step -> step.name().equals(name)).findFirst().orElseThrow();
    }

    private static boolean sharesWindow(PlannedStep other, PlannedStep step) {
        return other.name().equals(step.name())
                || (step.group().isPresent() && step.group().equals(other.group()));
    }

    private static boolean comesBefore(Pair other, Pair pair, List<PlannedStep> steps) {
        return !other.step().equals(pair.step()) && mustWaitFor(other, pair, steps);
    }

    /** Lower batches end first; within a group each target goes through the children in order. */
    private static boolean mustWaitFor(Pair other, Pair pair, List<PlannedStep> steps) {
        var first = named(steps, other.step());
        var second = named(steps, pair.step());
        if (first.batch() != second.batch()) {
            return first.batch() < second.batch();
        }
        return first.group().isPresent()
                && first.group().equals(second.group())
                && other.target().equals(pair.target());
    }

    void byteMoves(Life life, Run run, String who) {
        @Nullable PhaseStarted begun = life.runs.get(run);
        if (life.givenUp.contains(run)) {
            return;
        }
        if (begun == null || begun.phase() != Phase.ACQUISITION) {
            throw new Broken(
                    Invariant.N1_NO_BYTE_BEFORE_PRE_ACQUISITION_HAS_ENDED,
                    "%s moves bytes for %s, and no acquisition has begun"
                            .formatted(who, life.asked.deployment()));
        }
        for (Deed deed : atWork(life)) {
            if (deed.isStep()) {
                boolean before = life.step(deed.pair().step()).phase() == Phase.PRE_ACQUISITION;
                throw new Broken(
                        before
                                ? Invariant.N1_NO_BYTE_BEFORE_PRE_ACQUISITION_HAS_ENDED
                                : Invariant.N4_A_FAILED_ACQUISITION_LETS_NO_SUCCESS_STEP_RUN,
                        "%s moves bytes while %s is at work".formatted(who, deed));
            }
        }
    }

    private static Broken twice(String how) {
        return new Broken(Invariant.N9_NOTHING_IS_LOST_TWICE_OR_STUCK, how);
    }

    private static Broken disorder(String how) {
        return new Broken(Invariant.STEPS_KEEP_THEIR_ORDER, how);
    }
}
