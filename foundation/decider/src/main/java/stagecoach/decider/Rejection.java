package stagecoach.decider;

/**
 * Someone asked for what may not be. The message is a sentence for that person: what, and what to
 * do.
 */
public final class Rejection extends RuntimeException {
    /** What kind of refusal it is; the edge maps it to a status once. */
    public enum Kind {
        /** The thing does not exist. */
        NOT_FOUND,
        /** The thing's present state forbids it. */
        CONFLICT,
        /** The thing is not as the asker has seen it. */
        OUTDATED,
        /** It will be possible in a moment, without anybody doing anything. */
        NOT_YET,
        /** Somebody else may ask for that. */
        FORBIDDEN,
        /** The request itself is wrong. */
        INVALID
    }

    private final Kind kind;
    private final String code;

    /**
     * A refusal.
     *
     * @param code a short, stable name in lower-case words with hyphens, the last part of the
     *     problem's type
     * @param sentence what is wrong and what to do
     */
    public Rejection(Kind kind, String code, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
        this.code = code;
    }

    /** That something does not exist. */
    public static Rejection notFound(String sentence) {
        return new Rejection(Kind.NOT_FOUND, "not-found", sentence);
    }

    /** What kind of refusal it is. */
    public Kind kind() {
        return kind;
    }

    /** The short, stable name. */
    public String code() {
        return code;
    }

    /** The sentence for a person. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
