package stagecoach.contracts.run;

/** How a phase run ended; it always ends. */
public enum RunOutcome {
    SUCCEEDED,
    FAILED,
    CANCELLED,
    /** A guided run stopped at its first failure; a person decides. */
    NEEDS_GUIDANCE,
    /** A run has come to a manual intervention: all before it is done, nothing behind it begun. */
    INTERVENTION_REACHED
}
