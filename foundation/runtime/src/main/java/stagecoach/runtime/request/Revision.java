package stagecoach.runtime.request;

/**
 * How often a configured document has been changed: its {@code ETag}, by which who writes says what
 * was read. What a document tells beside what people wrote, such as health, does not change it.
 *
 * @param number 0 if there is no document
 */
public record Revision(long number) {
    /** That of a document that is not there. */
    public static final Revision NONE = new Revision(0);

    /** Whether there is a document. */
    public boolean exists() {
        return number > 0;
    }

    /** As HTTP writes it. */
    public String tag() {
        return "\"" + number + "\"";
    }
}
