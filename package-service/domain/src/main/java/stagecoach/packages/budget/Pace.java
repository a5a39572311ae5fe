package stagecoach.packages.budget;

import java.time.Duration;
import java.time.Instant;

/**
 * A bucket of tokens, kept as a date: until then the bytes that were let through have used up the
 * rate. Nothing has to fill it, it can lie in a row that several processes share, and a rate that
 * changes counts from the next bytes on.
 *
 * @param usedUntil in the past while bytes may go at once
 */
public record Pace(Instant usedUntil) {
    /** So much of what was not used before may be made up for; more would be a burst. */
    public static final Duration BURST = Duration.ofMillis(250);

    /** Nothing was let through yet. */
    public static final Pace FRESH = new Pace(Instant.EPOCH);

    /**
     * Leave for some bytes.
     *
     * @param delay until they may go
     * @param after how the bucket stands then
     */
    public record Leave(Duration delay, Pace after) {}

    /** Leave for {@code bytes}, asked for {@code now}. */
    public Leave leave(long bytes, long bytesPerSecond, Instant now) {
        Instant earliest = now.minus(BURST);
        Instant begin = usedUntil.isAfter(earliest) ? usedUntil : earliest;
        var wait = Duration.between(now, begin);
        return new Leave(
                wait.isPositive() ? wait : Duration.ZERO,
                new Pace(begin.plus(timeOf(bytes, bytesPerSecond))));
    }

    /** How many bytes are worth one leave: few enough that a new rate counts soon. */
    public static long portion(long bytesPerSecond) {
        return Math.max(1, bytesPerSecond * BURST.toMillis() / 1000);
    }

    private static Duration timeOf(long bytes, long bytesPerSecond) {
        return Duration.ofSeconds(bytes / bytesPerSecond)
                .plusNanos(
                        (long)
                                Math.ceil(
                                        (double) (bytes % bytesPerSecond)
                                                * 1_000_000_000
                                                / bytesPerSecond));
    }
}
