package stagecoach.packages.cache.pull;

import java.time.Duration;
import stagecoach.packages.server.pull.LongestTransfer;

/**
 * How patient a pull is before it is left to the one who ordered it.
 *
 * @param fruitlessMax tries in a row that bring no byte
 * @param triesMax tries at all
 * @param backoffFirst pause after the first try that failed; it doubles, with jitter
 * @param backoffMax the longest pause
 * @param stallMax the longest silence of the server
 * @param connectMax how long a connection may take to stand
 * @param longest how long it may take at all
 */
public record PullRules(
        int fruitlessMax,
        int triesMax,
        Duration backoffFirst,
        Duration backoffMax,
        Duration stallMax,
        Duration connectMax,
        LongestTransfer longest) {
    /** Enough to sit out a restart of the server. */
    public static final PullRules USUAL =
            new PullRules(
                    6,
                    200,
                    Duration.ofMillis(300),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    new LongestTransfer(Duration.ofHours(6)));
}
