package stagecoach.runtime.codec;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/**
 * Times as people write them, within what everything behind can count with: a database keeps no
 * times of a million years, and such a duration after now is no time any more.
 */
public final class Times {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private Times() {}

    /**
     * The moment of an ISO-8601 text.
     *
     * @throws DateTimeException if it is none, or not within the years 1 to 9999
     */
    public static Instant instant(String text) {
        Instant instant = Instant.parse(text);
        if (!isNear(instant)) {
            throw new DateTimeException("not within the years 1 to 9999: " + text);
        }
        return instant;
    }

    /**
     * An ISO-8601 duration.
     *
     * @throws DateTimeException if it is none, or longer than a hundred years
     */
    public static Duration duration(String text) {
        Duration duration = Duration.parse(text);
        if (!isShort(duration)) {
            throw new DateTimeException("longer than a hundred years: " + text);
        }
        return duration;
    }

    static boolean isNear(Instant instant) {
        return !instant.isBefore(FIRST) && !instant.isAfter(LAST);
    }

    static boolean isShort(Duration duration) {
        return duration.compareTo(LONGEST) <= 0 && duration.compareTo(LONGEST.negated()) >= 0;
    }
}
