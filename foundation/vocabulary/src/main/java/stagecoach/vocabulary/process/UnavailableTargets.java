package stagecoach.vocabulary.process;

/** What a step does about a matching target that cannot be reached. */
public enum UnavailableTargets {
    /** It fails there. */
    FAIL,
    /** It is left out there. */
    SKIP,
    /** The phase waits for the target, and the step fails there if it does not come in time. */
    WAIT,
    /**
     * It is left out there, and the target runs nothing more in this deployment; a health check
     * decides that.
     */
    EXCLUDE
}
