package stagecoach.vocabulary.template.filter;

/** A value that a filter cannot take; the message says why, without the value. */
public final class FilterFailure extends RuntimeException {
    /** What the filter has to say. */
    public FilterFailure(String sentence) {
        super(sentence, null, false, false);
    }
}
