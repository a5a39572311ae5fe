package stagecoach.contracts.run;

/**
 * Reasons for people in an event that names many pairs of a machine and a step or package: all of
 * them must fit into it. The whole reason stands in the event in which the one pair ended.
 */
public final class Reasons {
    /** With more pairs than these their reasons are brief. */
    public static final int WHOLE_MAX = 1_000;

    /** Most bytes of a brief reason in UTF-8 and JSON, without the mark that it goes on. */
    public static final int BRIEF_BYTES_MAX = 120;

    /** Bytes of a control character in JSON, such as \\u001b. */
    private static final int ESCAPED = 6;

    private Reasons() {}

    /** The beginning of a reason, if it is long; no character is cut in two. */
    public static String brief(String reason) {
        String beginning = beginning(reason, BRIEF_BYTES_MAX);
        return beginning.length() == reason.length() ? reason : beginning + " …";
    }

    /** As much of a text, from its beginning, as has so many bytes in UTF-8 and JSON. */
    public static String beginning(String text, int bytesMax) {
        int bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            bytes += length(character);
            if (bytes > bytesMax) {
                return text.substring(0, end);
            }
            end += Character.charCount(character);
        }
        return text;
    }

    private static int length(int character) {
        if (character < ' ') {
            return ESCAPED;
        }
        if (character < 0x80) {
            return character == '"' || character == '\\' ? 2 : 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
