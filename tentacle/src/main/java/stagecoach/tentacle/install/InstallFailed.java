package stagecoach.tentacle.install;

import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.journal.Results;

/** The installation ends here, with this result. */
final class InstallFailed extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient CommandResult result;

    InstallFailed(CommandResult result) {
        super(result.reason().orElse("failed"));
        this.result = result;
    }

    /** It was tried and failed, for a reason in words. */
    InstallFailed(String reason) {
        this(Results.failed(reason));
    }

    CommandResult result() {
        return result;
    }
}
