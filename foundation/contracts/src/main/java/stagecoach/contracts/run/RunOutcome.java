package stagecoach.contracts.run;

/** How a phase run ended; it always ends. */
public enum RunOutcome {
    SUCCEEDED,
    FAILED,
    CANCELLED
}
