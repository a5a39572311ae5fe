package stagecoach.vocabulary.template.syntax;

/** A place in a text, line and column counted from 1 as editors do. */
public record Position(int line, int column) implements Comparable<Position> {
    /** The place of the character at {@code offset}. */
    public static Position of(String text, int offset) {
        int line = 1;
        int start = 0;
        for (int at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
            line++;
            start = at + 1;
        }
        return new Position(line, offset - start + 1);
    }

    @Override
    public int compareTo(Position other) {
        return line == other.line
                ? Integer.compare(column, other.column)
                : Integer.compare(line, other.line);
    }

    /** {@code line 3, column 14}. */
    @Override
    public String toString() {
        return "line %d, column %d".formatted(line, column);
    }
}
