package stagecoach.cli.client;

import java.time.Duration;

/** The server is at it: asked again a little later, it will have done it. */
public final class NotYet extends Unreachable {
    private final Duration after;

    NotYet(String sentence, Duration after) {
        super(sentence);
        this.after = after;
    }

    /** How long the server asks to be left alone. */
    public Duration after() {
        return after;
    }
}
