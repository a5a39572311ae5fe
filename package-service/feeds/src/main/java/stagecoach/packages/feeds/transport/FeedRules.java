package stagecoach.packages.feeds.transport;

import java.time.Duration;

/**
 * How patient we are with feeds.
 *
 * @param connectMax until a connection stands
 * @param stallMax of silence, before and in an answer
 * @param totalMax for one download with all its attempts
 * @param documentAttempts to read a document
 * @param documentBackoff before the second of them; it doubles, half of it chance
 * @param documentBytesMax the largest document that is read
 * @param packageBytesMax the largest package that is taken
 */
public record FeedRules(
        Duration connectMax,
        Duration stallMax,
        Duration totalMax,
        int documentAttempts,
        Duration documentBackoff,
        int documentBytesMax,
        long packageBytesMax) {

    /** For feeds across the internet. */
    public static final FeedRules USUAL =
            new FeedRules(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofHours(12),
                    3,
                    Duration.ofMillis(300),
                    16 << 20,
                    16L << 30);
}
