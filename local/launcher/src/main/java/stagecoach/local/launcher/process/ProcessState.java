package stagecoach.local.launcher.process;

/** What a supervised process is doing. */
public enum ProcessState {
    /** Started for the first time and not yet ready. */
    STARTING,
    /** It has answered that it is ready, and has not ended since. */
    READY,
    /** It ended by itself and is being started again. */
    RESTARTING,
    /** Ended on purpose. */
    STOPPED,
    /** It ended too often; nobody starts it again until asked to. */
    FAILED
}
