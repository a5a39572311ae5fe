package stagecoach.orchestrator.needs;

import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.vocabulary.identity.Digest;

/**
 * Tells at which places a step will not run whatever happens, because its {@code onlyIf} is known
 * to be false there: such a place needs no package. It answers from a deployment's plan, so the
 * same place gives the same answer.
 */
@FunctionalInterface
public interface Settled {
    /** Nothing is known beforehand. */
    Settled NOTHING = (plan, step, place) -> false;

    /** Whether the step of this plan is known to be left out at that place. */
    boolean leavesOut(Digest plan, PlannedStep step, Place place);
}
