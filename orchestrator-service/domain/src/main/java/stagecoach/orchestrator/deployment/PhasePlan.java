package stagecoach.orchestrator.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepAssignment.LeftOut;
import stagecoach.orchestrator.needs.PackageNeeds;
import stagecoach.orchestrator.needs.Remaining;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Settled;
import stagecoach.orchestrator.needs.TargetSelection;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * What the coming runs of a deployment would do, given how far it has come and the machines as they
 * are now. It decides nothing.
 */
public record PhasePlan(DeploymentQueued asked, Progress progress, Roster roster, Settled settled) {
    /**
     * Most steps times the machines that each runs on: what becomes of each is told in one event,
     * and an event has an end.
     */
    public static final int PLACES_MAX = 10_000;

    /** The plan of a deployment that has not begun. */
    public static PhasePlan ofFresh(DeploymentQueued asked, Roster roster, Settled settled) {
        return new PhasePlan(asked, Progress.none(), roster, settled);
    }

    /** The plan of a deployment, as it is seen now. */
    static PhasePlan seen(DeploymentQueued asked, Progress progress, Observation observation) {
        return new PhasePlan(asked, progress, observation.roster(), observation.settled());
    }

    /** What a run of purpose NORMAL of this phase is given. */
    public List<StepAssignment> normal(Phase phase) {
        return assignments(
                asked.steps().stream().filter(step -> step.phase() == phase).toList(),
                Remaining.Kind.NORMAL);
    }

    /** What a run is given behind the packages of a deployment that only acquires. */
    List<StepAssignment> staging() {
        return withoutWorkersThatLack(assignments(asked.steps(), Remaining.Kind.STAGING));
    }

    /** What the DEPLOYMENT run is given. */
    List<StepAssignment> deploying() {
        return withoutWorkersThatLack(normal(Phase.DEPLOYMENT));
    }

    /**
     * The worker of a pool may have changed since the last acquisition. Nothing starts on one that
     * lacks a package; that its place cannot be used now is for the step to judge.
     */
    private List<StepAssignment> withoutWorkersThatLack(List<StepAssignment> assignments) {
        var lacking = lacking(assignments);
        return assignments.stream()
                .map(
                        assignment ->
                                at(
                                        assignment,
                                        place ->
                                                lacking.lackedBy(assignment.step(), place)
                                                        .filter(
                                                                lack ->
                                                                        lack.held()
                                                                                .holder()
                                                                                .worker()
                                                                                .isPresent())
                                                        .map(lack -> without(lack, place))
                                                        .orElse(place)))
                .toList();
    }

    private static StepAssignment at(StepAssignment assignment, UnaryOperator<Place> changed) {
        return assignment.at(places -> places.stream().map(changed).toList());
    }

    /** What the DEPLOYMENT run needs and machines do not hold. */
    public PackageNeeds needs() {
        return lacking(normal(Phase.DEPLOYMENT));
    }

    /** What a clean-up needs and machines do not hold. */
    PackageNeeds cleanupNeeds() {
        return lacking(assignments(asked.steps(), Remaining.Kind.AFTER_FAILURE));
    }

    private PackageNeeds lacking(List<StepAssignment> assignments) {
        return PackageNeeds.of(
                assignments.stream()
                        .map(one -> one.step().needs().isEmpty() ? one : undecided(one))
                        .toList(),
                progress.now().held(),
                roster);
    }

    /** Where the step may run; of the other places nothing is expected. */
    StepAssignment undecided(StepAssignment assignment) {
        return assignment.step().conditional()
                ? assignment.at(
                        places ->
                                places.stream()
                                        .filter(
                                                place ->
                                                        !settled.leavesOut(
                                                                asked.planDigest(),
                                                                assignment.step(),
                                                                place))
                                        .toList())
                : assignment;
    }

    /**
     * What a clean-up run is given: a place that cannot be reached, or lacks the step's package, is
     * skipped with the reason, since there is nothing left to fail.
     */
    List<StepAssignment> cleanup(Remaining.Kind kind) {
        var all = assignments(asked.steps(), kind);
        var lacking = lacking(all);
        return all.stream()
                .map(assignment -> lenient(assignment, lacking))
                .filter(assignment -> !assignment.places().isEmpty())
                .toList();
    }

    private List<StepAssignment> assignments(List<PlannedStep> steps, Remaining.Kind kind) {
        var selection =
                new TargetSelection(
                        asked.deployment(), asked.environment(), asked.selection(), roster);
        var remaining = progress.remaining();
        var assignments = new ArrayList<StepAssignment>();
        for (PlannedStep step : steps) {
            if (kind.takes(step)) {
                var all = selection.assign(step);
                if (all.skip().isPresent()) {
                    assignments.add(all);
                } else {
                    only(all, remaining).ifPresent(assignments::add);
                }
            }
        }
        return bounded(assignments);
    }

    /** An event has an end: of too many that were left out, none is named. */
    private static List<StepAssignment> bounded(List<StepAssignment> assignments) {
        int told =
                assignments.stream()
                        .mapToInt(one -> one.places().size() + one.leftOut().size())
                        .sum();
        return told <= PLACES_MAX
                ? assignments
                : assignments.stream().map(StepAssignment::withoutLeftOut).toList();
    }

    /** The places where the step is still to run; empty if it has run everywhere. */
    private Optional<StepAssignment> only(StepAssignment all, Remaining remaining) {
        var open =
                all.places().stream()
                        .filter(
                                place ->
                                        remaining.includes(
                                                all.step(),
                                                new Pair(all.step().name(), place.target())))
                        .toList();
        if (open.isEmpty()) {
            return Optional.empty();
        }
        var included = open.stream().filter(place -> !isIn(progress.excluded(), place)).toList();
        var inTime =
                included.stream().filter(place -> !isIn(progress.now().missed(), place)).toList();
        if (!inTime.isEmpty()) {
            return Optional.of(
                    new StepAssignment(all.step(), inTime, Optional.empty(), leftOut(open)));
        }
        return Optional.of(
                new StepAssignment(
                        all.step(),
                        List.of(),
                        Optional.of(
                                included.isEmpty()
                                        ? "its targets were excluded from this deployment"
                                        : "its targets came too late for this deployment"),
                        leftOut(open)));
    }

    private List<LeftOut> leftOut(List<Place> places) {
        var leftOut = new ArrayList<LeftOut>();
        for (Place place : places) {
            if (isIn(progress.excluded(), place)) {
                leftOut.add(
                        new LeftOut(
                                place.target().orElseThrow(),
                                "it was excluded from this deployment"));
            } else if (isIn(progress.now().missed(), place)) {
                leftOut.add(
                        new LeftOut(
                                place.target().orElseThrow(),
                                "it came too late for this deployment"));
            }
        }
        return leftOut;
    }

    private static boolean isIn(Set<TargetId> targets, Place place) {
        return place.target().filter(targets::contains).isPresent();
    }

    private StepAssignment lenient(StepAssignment assignment, PackageNeeds lacking) {
        var skipping = lenient(assignment.step());
        return at(
                assignment.of(skipping),
                place ->
                        lacking.lackedBy(skipping, place)
                                .map(lack -> without(lack, place))
                                .orElse(place));
    }

    /** A health check that takes machines out fails by none of them, and does so here, too. */
    private static PlannedStep lenient(PlannedStep step) {
        return step.unavailableTargets() == UnavailableTargets.EXCLUDE
                ? step
                : step.skippingUnavailable();
    }

    private Place without(PackageNeeds.Lack lack, Place place) {
        if (place.unavailable().isPresent()) {
            return place;
        }
        var pin = lack.pinned().pin();
        String where =
                lack.held().holder().worker().map(worker -> "on worker " + worker).orElse("there");
        String why =
                Optional.ofNullable(progress.now().lacking().get(lack.held()))
                        .map(reason -> ": " + reason)
                        .orElse("");
        return place.unavailable(
                "%s %s is not %s%s".formatted(pin.id(), pin.version(), where, why));
    }

    /** Why no event could tell of its end, if so much is left to run. */
    Optional<String> whyTooLarge() {
        int count =
                assignments(asked.steps(), Remaining.Kind.NORMAL).stream()
                        .mapToInt(assignment -> assignment.places().size())
                        .sum();
        return count <= PLACES_MAX
                ? Optional.empty()
                : Optional.of(
                        "its steps would run %d times on the machines that %s has by now; one deployment may have %d. Create one for some of the targets at a time (\"targets\")"
                                .formatted(count, asked.environment(), PLACES_MAX));
    }

    /** The targets on which the DEPLOYMENT run would start something. */
    Set<TargetId> targetsToDeploy() {
        return CurrentRun.startingAt(normal(Phase.DEPLOYMENT));
    }
}
