package stagecoach.packages.feeds.transport;

import org.jspecify.annotations.Nullable;

/**
 * A feed does not give what it was asked for. The message is for people: it names the hop and says
 * what to do, and holds no secret.
 */
public final class FeedException extends Exception {
    private final Kind kind;

    /** What kind of trouble it is. */
    public enum Kind {
        /** It does not answer, or not now: later it may. */
        UNREACHABLE,
        /** It wants other credentials, or none will do. */
        DENIED,
        /** It does not have it. */
        MISSING,
        /** It answers what no feed answers, or other bytes than it told. */
        WRONG
    }

    /** For no other reason. */
    public FeedException(Kind kind, String sentence) {
        this(kind, sentence, null);
    }

    /** Because of {@code cause}, if there is one. */
    public FeedException(Kind kind, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
    }

    /** What kind of trouble it is. */
    public Kind kind() {
        return kind;
    }
}
