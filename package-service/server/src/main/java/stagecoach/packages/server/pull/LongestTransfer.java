package stagecoach.packages.server.pull;

import java.time.Duration;

/**
 * How long the transfer of one package may take, however steadily its bytes come.
 *
 * @param usual for a small one
 * @param bytesPerSecondMin a link this slow is slow, and not broken: a large one may take longer
 */
public record LongestTransfer(Duration usual, long bytesPerSecondMin) {
    /** For a small one; a large one may be as slow as a thin line is. */
    public LongestTransfer(Duration usual) {
        this(usual, 10_000);
    }

    /** How long so many bytes may take. */
    public Duration of(long bytes) {
        Duration slowly = Duration.ofSeconds(bytes / bytesPerSecondMin);
        return slowly.compareTo(usual) > 0 ? slowly : usual;
    }
}
