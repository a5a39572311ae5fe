package stagecoach.gateway.app.dialing;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pauses between tries: they double up to the longest, and half of each is chance, so that many
 * do not come at the same time.
 *
 * @param first the pause after the first failure
 * @param most the longest
 */
record Backoff(Duration first, Duration most) {
    private static final int DOUBLINGS_MAX = 20;

    /** The pause after so many failures in a row. */
    Duration after(int failures, RandomGenerator chance) {
        long whole =
                Math.min(
                        most.toMillis(),
                        first.toMillis() << Math.clamp(failures - 1L, 0, DOUBLINGS_MAX));
        return Duration.ofMillis(chance.nextLong(whole / 2, whole + 1));
    }
}
