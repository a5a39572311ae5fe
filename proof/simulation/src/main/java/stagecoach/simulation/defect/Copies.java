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
        return with(sheet, step -> step.window(Optional.empty()).parallelism(Optional.empty()));
    }

    static StepRunStarted withoutConditions(StepRunStarted sheet) {
        return with(sheet, step -> step.condition(Condition.ALWAYS));
    }

    static StepRunStarted inOneBatch(StepRunStarted sheet) {
        return with(sheet, step -> step.batch(1));
    }

    private static StepRunStarted with(
            StepRunStarted sheet, UnaryOperator<PlannedStep.Builder> change) {
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
                                                change.apply(one.step().toBuilder()).build(),
                                                one.places(),
                                                one.skip()))
                        .toList());
    }
}
