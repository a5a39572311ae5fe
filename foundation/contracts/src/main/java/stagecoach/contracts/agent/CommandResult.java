package stagecoach.contracts.agent;

import java.util.List;
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
 * @param sensitiveOutputs the names of the sensitive output variables; their values go another way,
 *     see {@link TentacleFrame.Ended}
 */
public record CommandResult(
        CommandOutcome outcome,
        Optional<Integer> exitCode,
        Map<String, String> outputs,
        Optional<String> reason,
        boolean mayStillRun,
        Optional<AcquisitionResult> acquisition,
        List<String> sensitiveOutputs) {
    /** Copies the outputs; a result of before there were sensitive ones has none of these. */
    public CommandResult {
        outputs = Map.copyOf(outputs);
        sensitiveOutputs = sensitiveOutputs == null ? List.of() : List.copyOf(sensitiveOutputs);
    }

    /** A result without sensitive outputs. */
    public CommandResult(
            CommandOutcome outcome,
            Optional<Integer> exitCode,
            Map<String, String> outputs,
            Optional<String> reason,
            boolean mayStillRun,
            Optional<AcquisitionResult> acquisition) {
        this(outcome, exitCode, outputs, reason, mayStillRun, acquisition, List.of());
    }

    /** The same, with these sensitive outputs. */
    public CommandResult withSensitiveOutputs(List<String> names) {
        return new CommandResult(
                outcome, exitCode, outputs, reason, mayStillRun, acquisition, names);
    }

    /** Whether the work was done. */
    public boolean succeeded() {
        return outcome == CommandOutcome.EXITED && exitCode.orElse(-1) == 0;
    }
}
