package stagecoach.packages.feeds.transport;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The pauses between attempts: each twice as long, half of it chance; or as a server asks. */
public final class Pauses {
    private static final Duration OWN_MAX = Duration.ofMinutes(2);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final Duration askedMax;
    private final Duration ownMax;
    private Duration next;
    private Duration asked = Duration.ZERO;

    /**
     * Between the attempts at one thing.
     *
     * @param askedMax the longest that a server is waited for on its own wish
     */
    public Pauses(Duration first, Duration askedMax) {
        this.next = first;
        this.askedMax = askedMax;
        this.ownMax = first.compareTo(OWN_MAX) > 0 ? first : OWN_MAX;
    }

    /** Takes a {@code Retry-After} to heart. */
    void asked(HttpResponse<?> response) {
        asked = asked(response, askedMax);
    }

    /**
     * How long a server asks to be left alone by {@code Retry-After} (RFC 9110, 10.2.3).
     *
     * @param most the longest that it is
     */
    public static Duration asked(HttpResponse<?> response, Duration most) {
        return response.headers()
                .firstValue("Retry-After")
                .map(Pauses::parsed)
                .filter(pause -> !pause.isNegative())
                .map(pause -> pause.compareTo(most) < 0 ? pause : most)
                .orElse(Duration.ZERO);
    }

    private static Duration parsed(String text) {
        if (SECONDS.matcher(text).matches()) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        try {
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Duration.between(Instant.now(), at);
        } catch (DateTimeParseException e) {
            // What cannot be read asks for nothing.
            return Duration.ZERO;
        }
    }

    /** Waits for the next attempt. */
    public void take() throws InterruptedException {
        long half = next.toMillis() / 2;
        long own = half + ThreadLocalRandom.current().nextLong(half + 1);
        TimeUnit.MILLISECONDS.sleep(Math.max(own, asked.toMillis()));
        asked = Duration.ZERO;
        next = next.multipliedBy(2).compareTo(ownMax) < 0 ? next.multipliedBy(2) : ownMax;
    }
}
