package stagecoach.simulation.defect;

import java.util.Optional;
import java.util.function.UnaryOperator;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.vocabulary.process.Condition;

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
                work);
    }

    static StepRunStarted withoutWindows(StepRunStarted sheet) {
        return with(
                sheet,
                step ->
                        copy(
                                step,
                                step.batch(),
                                step.condition(),
                                Optional.empty(),
                                Optional.empty()));
    }

    static StepRunStarted withoutConditions(StepRunStarted sheet) {
        return with(
                sheet,
                step ->
                        copy(
                                step,
                                step.batch(),
                                Condition.ALWAYS,
                                step.window(),
                                step.parallelism()));
    }

    static StepRunStarted inOneBatch(StepRunStarted sheet) {
        return with(
                sheet, step -> copy(step, 1, step.condition(), step.window(), step.parallelism()));
    }

    private static StepRunStarted with(StepRunStarted sheet, UnaryOperator<PlannedStep> change) {
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
                sheet.assignments().stream()
                        .map(
                                one ->
                                        new StepAssignment(
                                                change.apply(one.step()), one.places(), one.skip()))
                        .toList());
    }

    private static PlannedStep copy(
            PlannedStep step,
            int batch,
            Condition condition,
            Optional<Integer> window,
            Optional<Integer> parallelism) {
        return new PlannedStep(
                step.name(),
                step.kind(),
                step.phase(),
                step.runOn(),
                batch,
                step.group(),
                condition,
                step.conditional(),
                step.timeout(),
                step.retries(),
                window,
                parallelism,
                step.unavailableTargets(),
                step.waitFor(),
                step.mutex(),
                step.manual(),
                step.packageToInstall(),
                step.packages(),
                step.skip());
    }
}
