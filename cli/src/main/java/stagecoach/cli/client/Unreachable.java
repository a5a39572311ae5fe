package stagecoach.cli.client;

/** Nobody answered; trying again is safe. */
public sealed class Unreachable extends RuntimeException permits NotYet {
    /** The sentence says who, why and what to do. */
    public Unreachable(String sentence) {
        super(sentence);
    }
}
