package stagecoach.simulation.defect;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Copies of contract records with one thing changed. */
final class Copies {
    private Copies() {}

    static PhaseStarted with(PhaseStarted begun, PhaseWork work) {
        return new PhaseStarted(
                begun.deployment(),
                begun.project(),
                begun.release(),
                begun.environment(),
                begun.planDigest(),
                begun.phase(),
                begun.run(),
                begun.attempt(),
                begun.purpose(),
                begun.guided(),
                work,
                begun.facts());
    }

    static Observation at(Instant when, Observation seen) {
        return new Observation(seen.roster(), when, seen.patience(), seen.settled());
    }

    static StepRunStarted withoutWindows(StepRunStarted sheet) {
        return with(sheet, step -> step.window(Optional.empty()).parallelism(Optional.empty()));
    }

    static StepRunStarted withoutConditions(StepRunStarted sheet) {
        return with(sheet, step -> step.condition(Condition.ALWAYS));
    }

    static StepRunStarted inOneBatch(StepRunStarted sheet) {
        return with(sheet, step -> step.batch(1));
    }

    static StepRunStarted withoutHealthChecks(StepRunStarted sheet) {
        return withAssignments(
                sheet,
                one ->
                        one.step().kind() == PlannedStep.Kind.HEALTH_CHECK
                                ? one.step().toBuilder().kind(PlannedStep.Kind.SCRIPT)
                                : one.step().toBuilder());
    }

    static StepRunStarted withoutTakingOut(StepRunStarted sheet) {
        return withAssignments(
                sheet,
                one ->
                        one.step().unavailableTargets() == UnavailableTargets.EXCLUDE
                                ? one.step().toBuilder().unavailable(UnavailableTargets.SKIP)
                                : one.step().toBuilder());
    }

    /** Where a worker is missing, the target takes its place. */
    static StepRunStarted withTargetsAsWorkers(StepRunStarted sheet) {
        return withAssignments(
                sheet,
                one ->
                        one.step().runOn() instanceof RunOn.OnBehalfOf(var _, var tags)
                                        && one.places().stream()
                                                .allMatch(place -> place.worker().isEmpty())
                                ? one.step().toBuilder().runOn(new RunOn.Targets(tags))
                                : one.step().toBuilder());
    }

    private static StepRunStarted with(
            StepRunStarted sheet, UnaryOperator<PlannedStep.Builder> change) {
        return withAssignments(sheet, one -> change.apply(one.step().toBuilder()));
    }

    private static StepRunStarted withAssignments(
            StepRunStarted sheet, Function<StepAssignment, PlannedStep.Builder> change) {
        return new StepRunStarted(
                sheet.deployment(),
                sheet.project(),
                sheet.release(),
                sheet.environment(),
                sheet.planDigest(),
                sheet.phase(),
                sheet.run(),
                sheet.attempt(),
                sheet.purpose(),
                sheet.guided(),
                sheet.assignments().stream().map(one -> one.of(change.apply(one).build())).toList(),
                sheet.facts());
    }

    /** The same end of a run, of which nobody knows where something may still run. */
    static EndPhase withoutMayStillRun(EndPhase end) {
        return new EndPhase(
                end.run(),
                end.outcome(),
                end.reason(),
                end.results().stream()
                        .map(
                                result ->
                                        new PairResult(
                                                result.pair(),
                                                result.worker(),
                                                result.state(),
                                                result.reason(),
                                                false))
                        .toList(),
                end.missing(),
                end.observation());
    }

    /** Regions know of their own caches only. */
    static AcquisitionCommand.Start withoutNeighbours(AcquisitionCommand.Start start) {
        return new AcquisitionCommand.Start(
                start.deployment(),
                start.project(),
                start.environment(),
                start.run(),
                start.attempt(),
                start.purpose(),
                start.needs(),
                start.forceDownload(),
                start.routes().stream()
                        .map(
                                route ->
                                        new RegionRoute(
                                                route.region(),
                                                route.own(),
                                                List.of(),
                                                route.serverFallback()))
                        .toList(),
                start.held(),
                start.machinesRead());
    }
}
