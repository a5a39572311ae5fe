package stagecoach.runtime.store;

import org.jspecify.annotations.Nullable;

/**
 * Something that is expected to pass by itself: a database or a service that does not answer. An
 * inbox handler that throws it is called again until it passes; over REST it is a 503.
 */
public class TemporaryFailure extends RuntimeException {
    /** A failure with its sentence. */
    public TemporaryFailure(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
