package stagecoach.orchestrator.deployment;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.orchestrator.needs.Held;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;

/** The one phase run that is under way. */
public record CurrentRun(Run run, Phase phase, Purpose purpose, PhaseWork work) {
    /** Whether it is no clean-up. */
    boolean isNormal() {
        return purpose == Purpose.NORMAL;
    }

    /** The steps that it was given; none for an acquisition. */
    List<StepAssignment> assignments() {
        return switch (work) {
            case PhaseWork.Steps(var assignments) -> assignments;
            case PhaseWork.Acquire _ -> List.of();
        };
    }

    /** The pairs that it may start. */
    Stream<Pair> pairs() {
        return starting(assignments());
    }

    /** The targets on which a run of these assignments starts something. */
    static Set<TargetId> startingAt(List<StepAssignment> assignments) {
        var targets = new HashSet<TargetId>();
        starting(assignments).forEach(pair -> pair.target().ifPresent(targets::add));
        return targets;
    }

    private static Stream<Pair> starting(List<StepAssignment> assignments) {
        Set<AgentId> askedFor = askedFor(assignments);
        return assignments.stream()
                .flatMap(
                        assignment ->
                                assignment.places().stream()
                                        .filter(
                                                place ->
                                                        place.unavailable().isEmpty()
                                                                || mayCome(
                                                                        assignment,
                                                                        place,
                                                                        askedFor))
                                        .map(
                                                place ->
                                                        new Pair(
                                                                assignment.step().name(),
                                                                place.target())));
    }

    /** The machines that a health check asks for, whatever was seen of them before. */
    private static Set<AgentId> askedFor(List<StepAssignment> assignments) {
        return assignments.stream()
                .filter(assignment -> assignment.step().kind() == PlannedStep.Kind.HEALTH_CHECK)
                .flatMap(
                        assignment ->
                                assignment.places().stream()
                                        .flatMap(
                                                place -> assignment.step().agentAt(place).stream()))
                .collect(Collectors.toSet());
    }

    /** To a machine that is away nothing is brought, so only what needs nothing may run there. */
    private static boolean mayCome(StepAssignment assignment, Place place, Set<AgentId> askedFor) {
        return assignment.step().needs().isEmpty()
                && assignment.step().agentAt(place).filter(askedFor::contains).isPresent();
    }

    /** Where {@code pair} is, as the run was told. */
    Optional<Place> placeOf(Pair pair) {
        return assignments().stream()
                .filter(assignment -> assignment.step().name().equals(pair.step()))
                .flatMap(assignment -> assignment.places().stream())
                .filter(place -> place.target().equals(pair.target()))
                .findFirst();
    }

    /**
     * What machines hold, verified, now that the run has ended so. A cancelled acquisition says of
     * nothing that it is missing, so it is believed in nothing.
     */
    Set<Held> broughtBy(PhaseEnded end) {
        var held = new HashSet<Held>();
        if (work instanceof PhaseWork.Acquire(var needs, var _)
                && end.outcome() != RunOutcome.CANCELLED) {
            for (var need : needs) {
                for (var target : need.targets()) {
                    held.add(new Held(need.pinned().pin().sha512(), target.target()));
                }
            }
            end.missing()
                    .forEach(
                            missing ->
                                    held.remove(
                                            new Held(missing.pin().sha512(), missing.target())));
        }
        return held;
    }
}
