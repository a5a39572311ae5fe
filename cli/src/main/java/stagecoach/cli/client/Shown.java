package stagecoach.cli.client;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Texts of others as they may be shown: a terminal obeys what stands in them. A script's output, or
 * a name, could clear lines and write others in their place, fill the clipboard, or turn the
 * direction of writing. What a terminal would obey is shown as a dot.
 */
public final class Shown {
    private static final char INSTEAD = '·';

    /** Controls; marks that turn the direction of writing; ends of lines that are no line feed. */
    private static final Pattern OBEYED =
            Pattern.compile(
                    "[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]");

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]{0,30}m");
    private static final String COLOURS_END = "\u001b[0m";

    private Shown() {}

    /** A text that stands in one line. */
    public static String line(String text) {
        return OBEYED.matcher(COLOUR.matcher(text).replaceAll("")).replaceAll(INSTEAD + "");
    }

    /** A text of several lines. */
    public static String lines(String text) {
        return Arrays.stream(text.split("\n", -1))
                .map(Shown::line)
                .collect(Collectors.joining("\n"));
    }

    /** A text that stands in one line, with its colours, which end with it. */
    public static String coloured(String text) {
        var matcher = COLOUR.matcher(text);
        var shown = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            shown.append(line(text.substring(from, matcher.start()))).append(matcher.group());
            from = matcher.end();
        }
        shown.append(line(text.substring(from)));
        return from == 0 ? shown.toString() : shown.append(COLOURS_END).toString();
    }

    /** JSON, in which programs read the same, and a terminal nothing to obey. */
    public static String json(String json) {
        return OBEYED.matcher(json)
                .replaceAll(match -> "\\\\u%04x".formatted((int) match.group().charAt(0)));
    }
}
