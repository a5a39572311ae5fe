package stagecoach.contracts.run;

/** What a run is for. */
public enum Purpose {
    NORMAL,
    /** FAILURE and ALWAYS steps after a failure before DEPLOYMENT; ALWAYS steps after a cancel. */
    CLEANUP
}
