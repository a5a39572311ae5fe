package stagecoach.packages.app.upstream;

import java.time.Duration;

/**
 * Until when somebody waits for an answer: of all that it takes one after the other, each has only
 * what the others left.
 *
 * @param nanos on the clock of the process, which nobody puts forward or back
 */
public record Deadline(long nanos) {
    /** From now on. */
    public static Deadline in(Duration patience) {
        return new Deadline(System.nanoTime() + patience.toNanos());
    }

    /** How long that is still; nothing, once it is over. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }
}
