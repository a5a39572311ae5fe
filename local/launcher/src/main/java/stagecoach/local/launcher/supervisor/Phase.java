package stagecoach.local.launcher.supervisor;

/** Where the supervisor as a whole stands. */
public enum Phase {
    /** Not everything is ready yet. */
    STARTING,
    /** Everything was ready once; what dies is started again. */
    RUNNING,
    /** Everything is being ended. */
    STOPPING,
    /** Nothing runs. */
    STOPPED,
    /** The start failed; nothing runs. */
    FAILED
}
