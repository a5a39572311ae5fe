package stagecoach.local.launcher.process;

import java.time.Duration;

/**
 * How long to wait before a process is started again, and when to give up.
 *
 * @param first pause after the first end; each further one doubles
 * @param max longest pause
 * @param firstFailuresMax so many ends in a row are too many for a process that has never been
 *     ready: it will hardly learn it. One that has been is started again for ever: what stops it, a
 *     full disk or a broker that is away, passes
 * @param steady a process that was ready for so long begins with a clean slate
 */
public record BackOff(Duration first, Duration max, int firstFailuresMax, Duration steady) {
    /** For the local default: about half a minute of trying. */
    public static final BackOff DEFAULT =
            new BackOff(Duration.ofMillis(200), Duration.ofSeconds(5), 4, Duration.ofSeconds(10));

    /** The pause before the next start after so many ends in a row, at least one. */
    public Duration pause(int failures) {
        Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, 20));
        return doubled.compareTo(max) < 0 ? doubled : max;
    }
}
