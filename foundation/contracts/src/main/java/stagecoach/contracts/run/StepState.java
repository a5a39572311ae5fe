package stagecoach.contracts.run;

/** How a step stands at one place; the last five are ends. */
public enum StepState {
    PENDING,
    RUNNING,
    SUCCEEDED,
    FAILED,
    SKIPPED,
    CANCELLED,
    /** It ran, and nobody knows how it ended; it is never run again by itself. */
    UNKNOWN
}
