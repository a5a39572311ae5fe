package stagecoach.vocabulary.template.syntax;

/** A value that a filter cannot take; the message says why, without the value. */
public final class FilterFailure extends RuntimeException {
    FilterFailure(String sentence) {
        super(sentence, null, false, false);
    }
}
