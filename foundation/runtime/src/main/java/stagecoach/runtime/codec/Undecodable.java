package stagecoach.runtime.codec;

import org.jspecify.annotations.Nullable;

/** Bytes or headers that this build cannot understand; the sentence says why. */
public final class Undecodable extends RuntimeException {
    /** With the reason. */
    public Undecodable(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
