package stagecoach.simulation.law;

import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;

/** What is judged when a step ends whose machine was not there. */
final class MissingLaws {
    private MissingLaws() {}

    /**
     * Judges how a step ended at one place.
     *
     * @param unreached whether its command came back because the machine was out of reach
     * @param cancelled whether somebody wanted the run to end
     */
    static void judge(
            PhaseStarted begun, StepFinished finished, boolean unreached, boolean cancelled) {
        if (cancelled || !(begun.work() instanceof PhaseWork.Steps(var assignments))) {
            return;
        }
        for (StepAssignment assignment : assignments) {
            if (!assignment.step().name().equals(finished.pair().step())) {
                continue;
            }
            if (unreached) {
                byTheRule(assignment.step(), finished);
            }
            for (Place place : assignment.places()) {
                if (place.target().equals(finished.pair().target())) {
                    asked(assignment.step(), place, finished);
                }
            }
        }
    }

    private static void byTheRule(PlannedStep step, StepFinished finished) {
        var right =
                switch (step.unavailableTargets()) {
                    case SKIP, EXCLUDE -> StepState.SKIPPED;
                    case FAIL, WAIT -> StepState.FAILED;
                };
        if (finished.state() != right) {
            throw new Broken(
                    Invariant.MISSING_MACHINES_ARE_JUDGED_BY_THE_RULE,
                    "%s is %s although its machine was out of reach, and its rule is %s"
                            .formatted(
                                    finished.pair(), finished.state(), step.unavailableTargets()));
        }
    }

    /** What was seen when the run was planned does not answer for a machine that can be asked. */
    private static void asked(PlannedStep step, Place place, StepFinished finished) {
        if (step.kind() == PlannedStep.Kind.HEALTH_CHECK
                && step.agentAt(place).isPresent()
                && finished.ticket().isEmpty()
                && finished.reason()
                        .filter(why -> place.unavailable().filter(why::startsWith).isPresent())
                        .isPresent()) {
            throw new Broken(
                    Invariant.MISSING_MACHINES_ARE_JUDGED_BY_THE_RULE,
                    "%s asks nobody, because the machine was away when the run was planned"
                            .formatted(finished.pair()));
        }
    }
}
