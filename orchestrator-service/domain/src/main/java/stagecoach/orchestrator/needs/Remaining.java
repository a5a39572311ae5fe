package stagecoach.orchestrator.needs;

import java.util.Map;
import java.util.Set;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;

/**
 * Which pairs are still to run. PRE_ACQUISITION and ALWAYS steps bracket every attempt and run once
 * in each; all others run until they have succeeded.
 *
 * @param succeeded the pairs that succeeded in any attempt so far
 * @param inThisAttempt how pairs ended in the present attempt
 * @param mayStillRun where an abandoned process may be at work
 */
public record Remaining(
        Set<Pair> succeeded, Map<Pair, StepState> inThisAttempt, Set<Pair> mayStillRun) {
    /** Copies all three. */
    public Remaining {
        succeeded = Set.copyOf(succeeded);
        inThisAttempt = Map.copyOf(inThisAttempt);
        mayStillRun = Set.copyOf(mayStillRun);
    }

    /** Which steps a run is for. */
    public enum Kind {
        /** All of a phase. */
        NORMAL,
        /** After a failure: FAILURE and ALWAYS steps. */
        AFTER_FAILURE,
        /** After a cancel: ALWAYS steps. */
        AFTER_CANCEL,
        /** Where only packages were asked for: ALWAYS steps. */
        STAGING;

        /** Whether such a run has this step at all. */
        public boolean takes(PlannedStep step) {
            return switch (this) {
                case NORMAL -> true;
                case AFTER_FAILURE -> !asks(step) && step.condition() != Condition.SUCCESS;
                case AFTER_CANCEL, STAGING -> !asks(step) && step.condition() == Condition.ALWAYS;
            };
        }

        /** Where nothing is left to go on with, nobody is asked. */
        private static boolean asks(PlannedStep step) {
            return step.kind() == PlannedStep.Kind.MANUAL_INTERVENTION;
        }
    }

    /** Whether {@code pair} of {@code step} is still to run. */
    public boolean includes(PlannedStep step, Pair pair) {
        if (ranInThisAttempt(pair)) {
            return false;
        }
        return brackets(step) || !succeeded.contains(pair);
    }

    /** Whether the step runs once in every attempt. */
    private static boolean brackets(PlannedStep step) {
        return step.phase() == Phase.PRE_ACQUISITION || step.condition() == Condition.ALWAYS;
    }

    /**
     * A pair whose end nobody knows has run: it is not started again by itself. One that was
     * cancelled, or skipped because its machine went out of reach, has not come to its end, so the
     * clean-up takes it up again, unless it may be at work even now: two of them at once would be
     * worse than half of one.
     */
    private boolean ranInThisAttempt(Pair pair) {
        return switch (inThisAttempt.getOrDefault(pair, StepState.PENDING)) {
            case SUCCEEDED, FAILED, UNKNOWN -> true;
            case CANCELLED, SKIPPED -> mayStillRun.contains(pair);
            case PENDING, RUNNING -> false;
        };
    }
}
