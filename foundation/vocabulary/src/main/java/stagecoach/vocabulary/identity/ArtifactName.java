package stagecoach.vocabulary.identity;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a file that a script has collected is called. Scripts choose such names, so they are made
 * harmless: as the name of one file in a folder of any system, in a header, and to look at.
 */
public final class ArtifactName {
    /** Most bytes of a name in UTF-8: file systems know no more than 255, with what is added. */
    public static final int BYTES_MAX = 200;

    private static final int REPLACEMENT = '_';
    private static final String NAMELESS = "file";
    private static final String SPECIAL = "/\\:*?\"<>|";
    private static final Pattern DEVICE =
            Pattern.compile("(con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?");

    private ArtifactName() {}

    /** The text itself, or the nearest to it that is harmless. */
    public static String of(String text) {
        var name = new StringBuilder();
        int bytes = 0;
        for (int point : text.strip().codePoints().toArray()) {
            int kept = isHarmless(point) ? point : REPLACEMENT;
            bytes += Character.toString(kept).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > BYTES_MAX) {
                break;
            }
            name.appendCodePoint(kept);
        }
        // Windows takes these from an end, and elsewhere a dot at the beginning hides a file.
        while (!name.isEmpty() && (endsWith(name, '.') || endsWith(name, ' '))) {
            name.setLength(name.length() - 1);
        }
        if (name.isEmpty()) {
            return NAMELESS;
        }
        if (name.charAt(0) == '.') {
            name.setCharAt(0, (char) REPLACEMENT);
        }
        if (DEVICE.matcher(name.toString().toLowerCase(Locale.ROOT)).matches()) {
            name.setCharAt(0, (char) REPLACEMENT);
        }
        return name.toString();
    }

    private static boolean endsWith(StringBuilder name, char end) {
        return name.charAt(name.length() - 1) == end;
    }

    private static boolean isHarmless(int point) {
        return SPECIAL.indexOf(point) < 0
                && switch (Character.getType(point)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            false;
                    default -> true;
                };
    }
}
