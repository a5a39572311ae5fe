package stagecoach.tentacle.journal;

import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;

/** The results that work can come to. */
public final class Results {
    private static final int FAILED = 1;

    private Results() {}

    /** The work was done. */
    public static CommandResult done(Map<String, String> outputs) {
        return new CommandResult(
                CommandOutcome.EXITED, Optional.of(0), outputs, Optional.empty(), false, none());
    }

    /** A package is there. */
    public static CommandResult acquired(AcquisitionResult acquisition) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(0),
                Map.of(),
                Optional.empty(),
                false,
                Optional.of(acquisition));
    }

    /** A script ended by itself, with an exit code other than 0. */
    public static CommandResult exited(int code, Map<String, String> outputs, String reason) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(code),
                outputs,
                Optional.of(reason),
                false,
                none());
    }

    /** The work was tried and failed. */
    public static CommandResult failed(String reason) {
        return exited(FAILED, Map.of(), reason);
    }

    /** It was not begun. */
    public static CommandResult refused(String reason) {
        return without(CommandOutcome.REFUSED, reason, false);
    }

    /** Its time to start had passed. */
    public static CommandResult expired(String reason) {
        return without(CommandOutcome.EXPIRED, reason, false);
    }

    /** It was begun, and nobody knows how it ended. */
    public static CommandResult unknown(String reason, boolean mayStillRun) {
        return without(CommandOutcome.UNKNOWN, reason, mayStillRun);
    }

    /** It was cancelled, before or after it had begun. */
    public static CommandResult cancelled(Optional<Integer> code) {
        return new CommandResult(
                CommandOutcome.CANCELLED, code, Map.of(), Optional.of("cancelled"), false, none());
    }

    /** It ran longer than it may, and was ended. */
    public static CommandResult timedOut(Optional<Integer> code, String reason) {
        return new CommandResult(
                CommandOutcome.TIMED_OUT, code, Map.of(), Optional.of(reason), false, none());
    }

    /** It could not be ended. */
    public static CommandResult abandoned(String reason) {
        return without(CommandOutcome.ABANDONED, reason, true);
    }

    /** The same, its reason without what must not be seen: it travels in events and answers. */
    static CommandResult masked(CommandResult result, Masks masks) {
        return result.withReason(result.reason().map(masks::apply));
    }

    private static CommandResult without(
            CommandOutcome outcome, String reason, boolean mayStillRun) {
        return new CommandResult(
                outcome, Optional.empty(), Map.of(), Optional.of(reason), mayStillRun, none());
    }

    private static Optional<AcquisitionResult> none() {
        return Optional.empty();
    }
}
