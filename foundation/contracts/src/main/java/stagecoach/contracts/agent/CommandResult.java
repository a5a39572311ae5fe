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
 * @param artifacts the files that its scripts have collected, all of them kept already
 */
public record CommandResult(
        CommandOutcome outcome,
        Optional<Integer> exitCode,
        Map<String, String> outputs,
        Optional<String> reason,
        boolean mayStillRun,
        Optional<AcquisitionResult> acquisition,
        List<String> sensitiveOutputs,
        List<Artifact> artifacts) {
    /** Copies the lists; a result of before there were such has none of these. */
    public CommandResult {
        outputs = Map.copyOf(outputs);
        sensitiveOutputs = sensitiveOutputs == null ? List.of() : List.copyOf(sensitiveOutputs);
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
    }

    /** A result without artifacts. */
    public CommandResult(
            CommandOutcome outcome,
            Optional<Integer> exitCode,
            Map<String, String> outputs,
            Optional<String> reason,
            boolean mayStillRun,
            Optional<AcquisitionResult> acquisition,
            List<String> sensitiveOutputs) {
        this(
                outcome,
                exitCode,
                outputs,
                reason,
                mayStillRun,
                acquisition,
                sensitiveOutputs,
                List.of());
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
        return withOutputs(outputs, names);
    }

    /** The same, with these outputs and the names of these sensitive ones. */
    public CommandResult withOutputs(Map<String, String> plain, List<String> sensitive) {
        return new CommandResult(
                outcome, exitCode, plain, reason, mayStillRun, acquisition, sensitive, artifacts);
    }

    /** The same, for another reason. */
    public CommandResult withReason(Optional<String> other) {
        return new CommandResult(
                outcome,
                exitCode,
                outputs,
                other,
                mayStillRun,
                acquisition,
                sensitiveOutputs,
                artifacts);
    }

    /** The same, with these artifacts. */
    public CommandResult withArtifacts(List<Artifact> collected) {
        return new CommandResult(
                outcome,
                exitCode,
                outputs,
                reason,
                mayStillRun,
                acquisition,
                sensitiveOutputs,
                collected);
    }

    /** Whether the work was done. */
    public boolean succeeded() {
        return outcome == CommandOutcome.EXITED && exitCode.orElse(-1) == 0;
    }
}
