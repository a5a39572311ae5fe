package stagecoach.simulation.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;

/** Results as tentacles tell them. */
final class Ends {
    private Ends() {}

    static CommandResult exited(int code) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(code),
                Map.of(),
                code == 0 ? Optional.empty() : Optional.of("ended with exit code " + code),
                false,
                Optional.empty());
    }

    static CommandResult acquired(boolean held, long bytes) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(0),
                Map.of(),
                Optional.empty(),
                false,
                Optional.of(
                        new AcquisitionResult(
                                new ServedBy(
                                        held ? ServedBy.Kind.HELD : ServedBy.Kind.SERVER,
                                        Optional.empty()),
                                held ? 0 : bytes,
                                0,
                                1,
                                List.of())));
    }

    static CommandResult of(CommandOutcome outcome, String reason, boolean mayStillRun) {
        return new CommandResult(
                outcome,
                Optional.empty(),
                Map.of(),
                Optional.of(reason),
                mayStillRun,
                Optional.empty());
    }
}
