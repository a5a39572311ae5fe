package stagecoach.gateway.app.dialing;

import java.util.Optional;
import stagecoach.trust.Thumbprint;

/** A machine that was dialled and could not be spoken with, with a sentence for people. */
final class Unreached extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Optional<Thumbprint> stranger;

    Unreached(String sentence) {
        this(sentence, Optional.empty());
    }

    Unreached(String sentence, Optional<Thumbprint> stranger) {
        super(sentence, null, false, false);
        this.stranger = stranger;
    }

    /** Why, and what to do. */
    String sentence() {
        return String.valueOf(getMessage());
    }

    /** The certificate of somebody else who is there. */
    Optional<Thumbprint> stranger() {
        return stranger;
    }
}
