package stagecoach.tentacle.packages;

import java.time.Duration;

/**
 * How patient a fetch is.
 *
 * @param fruitlessMax tries in a row at one source that bring no byte, before the next source
 * @param triesMax tries at one source at all
 * @param backoffFirst pause after the first failed try; it doubles, with jitter
 * @param backoffMax the longest pause
 * @param stallMax the longest silence of a source
 * @param connectMax how long a connection may take to stand, where there is no other source left
 * @param connectQuickMax the same while there are others
 * @param roundsMax how often all sources are asked while some of them may come back
 * @param roundPause before the second round; it doubles
 * @param downFor how long it is remembered that nobody answered at a source
 * @param mountedMax how long a mounted folder is waited for until a package has come to it
 * @param leftAfter how long a source may take while there are others behind it
 * @param givenUpAfter the same for the last one
 */
public record FetchRules(
        int fruitlessMax,
        int triesMax,
        Duration backoffFirst,
        Duration backoffMax,
        Duration stallMax,
        Duration connectMax,
        Duration connectQuickMax,
        int roundsMax,
        Duration roundPause,
        Duration downFor,
        Duration mountedMax,
        LongestFetch leftAfter,
        LongestFetch givenUpAfter) {
    /**
     * How long one source may take for a package, however steadily its bytes come.
     *
     * @param usual for a small one
     * @param bytesPerSecondMin a source this slow may take longer for a large one
     */
    public record LongestFetch(Duration usual, long bytesPerSecondMin) {
        Duration of(long bytes) {
            Duration slowly = Duration.ofSeconds(bytes / bytesPerSecondMin);
            return slowly.compareTo(usual) > 0 ? slowly : usual;
        }
    }

    /** The usual patience: it sits out a restart of the server, on a busy computer too. */
    public static final FetchRules USUAL =
            new FetchRules(
                    4,
                    50,
                    Duration.ofMillis(300),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(3),
                    5,
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(45),
                    new LongestFetch(Duration.ofHours(1), 10_000),
                    // A region's budget may be as small as that.
                    new LongestFetch(Duration.ofHours(6), 1_000));
}
