package stagecoach.tentacle.install.configuration;

/** A file is not of the format that it should be of; the message says where and what. */
public final class UnreadableFile extends Exception {
    private static final long serialVersionUID = 1;

    private UnreadableFile(String sentence) {
        super(sentence);
    }

    /**
     * At a line.
     *
     * @param line counted from 1
     * @param what part of a sentence
     */
    static UnreadableFile at(int line, String what) {
        return new UnreadableFile("line %d: %s".formatted(line, what));
    }

    /** At no line. */
    static UnreadableFile whole(String what) {
        return new UnreadableFile(what);
    }

    /** The line of a place in a text, counted from 1. */
    static int line(String text, int place) {
        int line = 1;
        for (int i = 0; i < Math.min(place, text.length()); i++) {
            char c = text.charAt(i);
            boolean alone = c == '\r' && (i + 1 >= text.length() || text.charAt(i + 1) != '\n');
            if (c == '\n' || alone) {
                line++;
            }
        }
        return line;
    }
}
