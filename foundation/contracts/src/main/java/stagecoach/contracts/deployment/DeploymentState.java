package stagecoach.contracts.deployment;

/** How a deployment stands, as the API tells it. */
public enum DeploymentState {
    QUEUED,
    RUNNING,
    /** A person is asked; it keeps its slot. */
    PAUSED,
    /** All packages are where they are needed, and nothing more was asked for; it has no slot. */
    STAGED,
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether nothing more happens by itself. */
    public boolean ended() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }
}
