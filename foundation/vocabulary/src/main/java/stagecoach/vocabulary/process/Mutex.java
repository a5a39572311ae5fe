package stagecoach.vocabulary.process;

/**
 * A named lock on the machine that runs a script; shared holders overlap, an exclusive one does
 * not.
 */
public record Mutex(String name, Mode mode) {
    /** How the lock is held. */
    public enum Mode {
        EXCLUSIVE,
        SHARED
    }
}
