package stagecoach.contracts.deployment;

/** How a deployment stands, as the API tells it. */
public enum DeploymentState {
    QUEUED,
    RUNNING,
    CANCELLING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether nothing more happens by itself. */
    public boolean ended() {
        return this == SUCCEEDED || this == FAILED || this == CANCELLED;
    }
}
