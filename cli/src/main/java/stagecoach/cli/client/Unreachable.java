package stagecoach.cli.client;

/** Nobody answered; trying again is safe. */
public final class Unreachable extends RuntimeException {
    /** The sentence says who, why and what to do. */
    public Unreachable(String sentence) {
        super(sentence);
    }
}
