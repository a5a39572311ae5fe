package stagecoach.vocabulary.process;

/** What a step does about a matching target that cannot be reached. */
public enum UnavailableTargets {
    FAIL,
    SKIP
}
