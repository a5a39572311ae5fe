package stagecoach.vocabulary.template.syntax;

import java.util.List;

/**
 * The name of a variable as a template writes it: {@code Db.Url}, {@code Endpoint[a].Address}, or
 * with an index that is a variable itself, {@code Endpoint[#{Which}].Address}.
 */
public record Symbol(List<Piece> pieces) {
    /** The longest name, in characters. */
    public static final int LENGTH_MAX = 200;

    /** Copies the list. */
    public Symbol {
        pieces = List.copyOf(pieces);
    }

    /** A piece of a name. */
    public sealed interface Piece {
        /** Letters that stand there, brackets included. */
        record Written(String text) implements Piece {}

        /** What is looked up first. */
        record Index(Symbol symbol) implements Piece {}
    }

    /** The symbol of a name without variable indices. */
    public static Symbol of(String name) {
        return new Symbol(List.of(new Piece.Written(name)));
    }

    /** The symbol as it is written. */
    public String written() {
        var name = new StringBuilder();
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Written(String text) -> name.append(text);
                case Piece.Index(Symbol inner) ->
                        name.append("#{").append(inner.written()).append('}');
            }
        }
        return name.toString();
    }

    /** Whether a variable may have this name, indices included. */
    public static boolean isName(String text) {
        if (text.isEmpty() || text.length() > LENGTH_MAX || !beginsName(text.charAt(0))) {
            return false;
        }
        boolean indexed = false;
        int indexLength = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '[' && !indexed) {
                indexed = true;
                indexLength = 0;
            } else if (c == ']' && indexed && indexLength > 0) {
                indexed = false;
            } else if (indexed ? goesIntoIndex(c) : goesIntoName(c)) {
                indexLength++;
            } else {
                return false;
            }
        }
        return !indexed;
    }

    static boolean beginsName(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    static boolean goesIntoName(char c) {
        return beginsName(c) || c == '.' || c == ':' || c == '-';
    }

    static boolean goesIntoIndex(char c) {
        return goesIntoName(c) || c == ' ' || c == '/' || c == '~' || c == '(' || c == ')';
    }
}
