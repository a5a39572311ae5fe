package stagecoach.contracts.run;

/**
 * Reasons for people in an event that names many pairs of a machine and a step or package: all of
 * them must fit into it. The whole reason stands in the event in which the one pair ended.
 */
public final class Reasons {
    /** With more pairs than these their reasons are brief. */
    public static final int WHOLE_MAX = 1_000;

    /** Most bytes of a brief reason in UTF-8, without the mark that it goes on. */
    public static final int BRIEF_BYTES_MAX = 120;

    private Reasons() {}

    /** The beginning of a reason, if it is long; no character is cut in two. */
    public static String brief(String reason) {
        int bytes = 0;
        int end = 0;
        while (end < reason.length()) {
            int character = reason.codePointAt(end);
            bytes += length(character);
            if (bytes > BRIEF_BYTES_MAX) {
                return reason.substring(0, end) + " …";
            }
            end += Character.charCount(character);
        }
        return reason;
    }

    private static int length(int character) {
        if (character < 0x80) {
            return 1;
        }
        if (character < 0x800) {
            return 2;
        }
        return character < 0x10000 ? 3 : 4;
    }
}
