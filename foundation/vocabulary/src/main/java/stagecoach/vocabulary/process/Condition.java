package stagecoach.vocabulary.process;

/** When a step runs, judged by what happened before it in the same attempt. */
public enum Condition {
    /** Only while nothing has failed. */
    SUCCESS,
    /** Only after something has failed. */
    FAILURE,
    /** In any case, once per attempt. */
    ALWAYS
}
