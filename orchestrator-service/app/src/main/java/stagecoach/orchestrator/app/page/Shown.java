package stagecoach.orchestrator.app.page;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Words, sizes and times as people read them. */
public final class Shown {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /** Colours and other orders for terminals. */
    private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;?]*[A-Za-z]");

    private Shown() {}

    /** {@code PRE_ACQUISITION} as {@code pre acquisition}. */
    public static String words(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Those that are there, with something between them. */
    public static String joined(String between, @Nullable String... texts) {
        var joined = new StringJoiner(between);
        for (@Nullable String text : texts) {
            if (text != null) {
                joined.add(text);
            }
        }
        return joined.toString();
    }

    /** Bytes in decimal units. */
    public static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return Math.round(bytes / 1e3) + " kB";
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    /** Bytes within a time as {@code 2.1 MB/s}; empty where there is nothing to measure. */
    public static String speed(long bytes, Duration within) {
        long millis = within.toMillis();
        return bytes <= 0 || millis <= 0 ? "" : bytes(Math.round(bytes / (millis / 1e3))) + "/s";
    }

    /** A time as {@code 0.6 s}, {@code 1 min 32 s} or {@code 2 h 5 min}. */
    public static String span(Duration time) {
        if (time.isNegative()) {
            return "0.0 s";
        }
        if (time.toSeconds() < 60) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
        }
        return time.toHours() == 0
                ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
                : "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
    }

    /** From one moment to another, or to now; empty if it has not begun. */
    public static String span(@Nullable Instant from, @Nullable Instant to, Instant now) {
        if (from == null) {
            return "";
        }
        // What goes on is told in whole seconds: tenths would only flicker.
        return to == null
                ? span(Duration.ofSeconds(Math.max(0, Duration.between(from, now).toSeconds())))
                        .replace(".0 s", " s")
                : span(Duration.between(from, to));
    }

    /** A day and a time; empty for none. */
    public static String day(@Nullable Instant at) {
        return at == null ? "" : DAY.format(at) + " UTC";
    }

    /** A time of the day. */
    public static String clock(Instant at) {
        return CLOCK.format(at);
    }

    /** A line of output without what is meant for a terminal. */
    public static String line(String text) {
        return ESCAPES.matcher(text).replaceAll("").replaceAll("[\\p{Cntrl}&&[^\t]]", "·");
    }
}
