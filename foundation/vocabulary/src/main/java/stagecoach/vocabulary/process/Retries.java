package stagecoach.vocabulary.process;

import java.time.Duration;

/**
 * How often a failed action is tried again at the same place.
 *
 * @param max further tries after the first, 0 to 3
 * @param backoff the wait before each
 */
public record Retries(int max, Duration backoff) {
    /** No further try. */
    public static final Retries NONE = new Retries(0, Duration.ZERO);

    /** Refuses more than three tries and a negative wait. */
    public Retries {
        if (max < 0 || max > 3) {
            throw new IllegalArgumentException("retries.max is 0 to 3, not " + max);
        }
        if (backoff.isNegative()) {
            throw new IllegalArgumentException("retries.backoff must not be negative");
        }
    }
}
