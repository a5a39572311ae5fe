package stagecoach.contracts.agent;

import java.util.Map;
import java.util.Optional;

/**
 * What came of a command.
 *
 * @param exitCode of EXITED: 0 for success
 * @param outputs output variables, not sensitive
 * @param reason for people, unless it succeeded: the last line of its error output, or why it was
 *     refused
 * @param acquisition of a successful AcquirePackage
 */
public record CommandResult(
        CommandOutcome outcome,
        Optional<Integer> exitCode,
        Map<String, String> outputs,
        Optional<String> reason,
        boolean mayStillRun,
        Optional<AcquisitionResult> acquisition) {
    /** Copies the outputs. */
    public CommandResult {
        outputs = Map.copyOf(outputs);
    }

    /** Whether the work was done. */
    public boolean succeeded() {
        return outcome == CommandOutcome.EXITED && exitCode.orElse(-1) == 0;
    }
}
