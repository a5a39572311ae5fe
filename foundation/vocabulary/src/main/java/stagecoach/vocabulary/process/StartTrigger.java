package stagecoach.vocabulary.process;

/** When a step begins, seen from the step before it. */
public enum StartTrigger {
    /** When the step before it has ended everywhere. */
    AFTER_PREVIOUS,
    /** Together with the step before it. */
    WITH_PREVIOUS
}
