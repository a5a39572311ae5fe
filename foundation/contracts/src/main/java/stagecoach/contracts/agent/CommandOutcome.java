package stagecoach.contracts.agent;

/** How a command ended. */
public enum CommandOutcome {
    /** The work ended by itself; the exit code tells how. */
    EXITED,
    CANCELLED,
    TIMED_OUT,
    /** It was started, and nobody knows how it ended. */
    UNKNOWN,
    /** It did not end within the bound; its process may still run. */
    ABANDONED,
    /** The tentacle would not or could not begin it. */
    REFUSED,
    /** Its time to start had passed before it started. */
    EXPIRED,
    /**
     * Its machine was out of reach for longer than it was worth waiting for; nothing was heard of a
     * beginning, or what had begun does no harm.
     */
    UNREACHED
}
