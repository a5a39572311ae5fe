package stagecoach.steprunner.run;

import java.util.Optional;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepState;
import stagecoach.vocabulary.time.Spans;

/**
 * What a command's result means for its step.
 *
 * @param mayTryAgain whether the action itself failed and is known to be over, so that another try
 *     does no harm; what nobody knows the end of is never started again by itself
 */
record Verdict(StepState state, Optional<String> reason, boolean mayTryAgain) {
    private static final int REASON_MAX = 500;

    static Verdict of(PlannedStep step, CommandResult result, boolean cancelling) {
        var verdict = ofCommand(step, result, cancelling);
        return step.kind() == PlannedStep.Kind.HEALTH_CHECK
                ? ofHealth(step, result, verdict)
                : verdict;
    }

    /**
     * A machine that gives no answer is unavailable, and treated by the step's rule for that once
     * no try is left: to ask again does no harm once the question before is over.
     */
    private static Verdict ofHealth(PlannedStep step, CommandResult result, Verdict verdict) {
        return switch (verdict.state()) {
            case FAILED, UNKNOWN, SKIPPED ->
                    new Verdict(
                            MachineAway.isLeftOut(step) ? StepState.SKIPPED : verdict.state(),
                            verdict.reason(),
                            !result.mayStillRun());
            case SUCCEEDED, CANCELLED, PENDING, RUNNING -> verdict;
        };
    }

    private static Verdict ofCommand(PlannedStep step, CommandResult result, boolean cancelling) {
        return switch (result.outcome()) {
            case EXITED ->
                    result.succeeded()
                            ? new Verdict(StepState.SUCCEEDED, Optional.empty(), false)
                            : failed(exitReason(step, result), !result.mayStillRun());
            case TIMED_OUT -> failed(said(result, timeoutReason(step)), !result.mayStillRun());
            case CANCELLED -> stopped(said(result, "cancelled"), cancelling);
            case ABANDONED ->
                    stopped(
                            said(
                                    result,
                                    "given up, because its process did not end; it may still run"),
                            cancelling);
            case EXPIRED ->
                    stopped(
                            said(result, "not started in time: the machine did not take it"),
                            cancelling);
            case UNREACHED -> unreached(step, said(result, "the machine was away"), cancelling);
            case REFUSED -> failed(said(result, "refused by the machine"), false);
            case UNKNOWN ->
                    new Verdict(
                            StepState.UNKNOWN,
                            Optional.of(
                                    said(result, "it was started, and nobody knows how it ended")),
                            false);
        };
    }

    private static Verdict failed(String reason, boolean mayTryAgain) {
        return new Verdict(StepState.FAILED, Optional.of(reason), mayTryAgain);
    }

    /** What did not come to its own end: our own doing after a cancel, otherwise a failure. */
    private static Verdict stopped(String reason, boolean cancelling) {
        return new Verdict(
                cancelling ? StepState.CANCELLED : StepState.FAILED, Optional.of(reason), false);
    }

    /** A machine that went missing is treated as one that was missing from the beginning. */
    private static Verdict unreached(PlannedStep step, String reason, boolean cancelling) {
        return switch (step.unavailableTargets()) {
            case FAIL, WAIT -> stopped(reason, cancelling);
            case SKIP, EXCLUDE ->
                    cancelling
                            ? stopped(reason, true)
                            : new Verdict(StepState.SKIPPED, Optional.of(reason), false);
        };
    }

    private static String exitReason(PlannedStep step, CommandResult result) {
        var code = result.exitCode();
        if (step.kind() == PlannedStep.Kind.HTTP_CHECK || code.isEmpty()) {
            return said(result, "it failed without a word");
        }
        String exit = "exit code " + code.get();
        return result.reason()
                // Of a script without a word, tentacles only say the exit code again.
                .filter(reason -> !reason.equals("ended with " + exit))
                .map(reason -> shortened(exit + ": " + reason))
                .orElse(exit);
    }

    private static String timeoutReason(PlannedStep step) {
        return step.timeout()
                .map(timeout -> "did not end within " + Spans.inWords(timeout))
                .orElse("did not end in time");
    }

    private static String said(CommandResult result, String otherwise) {
        return result.reason().map(Verdict::shortened).orElse(otherwise);
    }

    private static String shortened(String reason) {
        return reason.length() <= REASON_MAX ? reason : reason.substring(0, REASON_MAX) + "…";
    }
}
