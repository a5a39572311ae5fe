package stagecoach.runtime.request;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.access.InvalidInput;

/**
 * The rule for texts that people give and others see, in lists, logs and terminals: these obey
 * controls, and marks that turn the direction of writing make a name look like another.
 */
public final class PlainText {
    private static final String TURNING = "\\u202a-\\u202e\\u2066-\\u2069";

    private static final Pattern NOT_IN_LINES =
            Pattern.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f" + TURNING + "]");

    private static final Pattern NOT_IN_A_LINE =
            Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029" + TURNING + "]");

    private PlainText() {}

    /** Notes a mistake unless {@code text} can stand in a line. */
    public static void checkLine(JsonBody body, String field, String text) {
        check(body, field, text, NOT_IN_A_LINE, "Write one line without it.");
    }

    /** Notes a mistake unless {@code text} is lines of text; tabs may be in them. */
    public static void checkLines(JsonBody body, String field, String text) {
        check(body, field, text, NOT_IN_LINES, "Leave it out.");
    }

    private static void check(
            JsonBody body, String field, String text, Pattern refused, String cure) {
        var matcher = refused.matcher(text);
        if (matcher.find()) {
            body.mistake(
                    field,
                    "%s has the control character U+%04X at place %d. %s"
                            .formatted(
                                    Sentences.nameOf(field),
                                    (int) text.charAt(matcher.start()),
                                    matcher.start() + 1,
                                    cure));
        }
    }

    /** A text as a log may have it, whenever it was accepted. */
    public static String logged(String text) {
        return NOT_IN_A_LINE.matcher(text).replaceAll("?");
    }

    /**
     * What a query asks for, which the database can look for.
     *
     * @param name of the parameter
     * @throws InvalidInput if it has a NUL character, which nothing here has
     */
    public static @Nullable String filter(String name, @Nullable String asked) {
        if (asked != null && asked.indexOf('\0') >= 0) {
            throw new InvalidInput(
                    "?" + name, "%s has a NUL character, which nothing here has.".formatted(name));
        }
        return asked;
    }
}
