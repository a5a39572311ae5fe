package stagecoach.vocabulary.template.filter;

import com.google.re2j.Pattern;

/**
 * Texts of several lines moved to the right: {@code 4} moves each line, {@code /4} all but the
 * first, {@code 2/4} the first by two.
 */
public final class Indents {
    private static final Pattern FORM = Pattern.compile("(\\d{0,3})(/(\\d{1,3}))?");

    private Indents() {}

    /**
     * The text moved.
     *
     * @param max most characters that it may become
     */
    public static String of(String value, String form, int max) {
        var matcher = FORM.matcher(form);
        if (form.isEmpty() || !matcher.matches()) {
            throw new FilterFailure(
                    "Argument 1 of Indent is no number of blanks, such as 4, /4 (all lines but the first) or 2/4.");
        }
        int first = matcher.group(1).isEmpty() ? 0 : Integer.parseInt(matcher.group(1));
        int others = matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3));
        long lines = value.chars().filter(c -> c == '\n').count();
        if (value.length() + first + lines * others > max) {
            throw new FilterFailure("Indent gives more than %d characters.".formatted(max));
        }
        return " ".repeat(first) + value.replace("\n", "\n" + " ".repeat(others));
    }

    /** Refuses what is no number of blanks. */
    public static void check(String form) {
        var _ = of("", form, Integer.MAX_VALUE);
    }
}
