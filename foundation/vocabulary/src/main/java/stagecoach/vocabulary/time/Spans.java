package stagecoach.vocabulary.time;

import java.time.Duration;
import java.util.Locale;

/** Spans of time in sentences for people. */
public final class Spans {
    private static final String SIGN = "PT";

    private Spans() {}

    /**
     * A span as people write it, and options of the command line take it: {@code 1h30m}, {@code
     * 10m}, {@code 0.5s}. It is ISO 8601 without its sign, in small letters.
     */
    public static String inWords(Duration span) {
        return span.toString().substring(SIGN.length()).toLowerCase(Locale.ROOT);
    }
}
