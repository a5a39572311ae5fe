package stagecoach.vocabulary.template.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads what stands between one pair of braces, and tells where it ends. */
final class TagReader {
    /** What is longer is no tag, in characters: one that is never closed must not cost the text. */
    private static final int LENGTH_MAX = 2_000;

    /** How deep names may stand in the indices of names. */
    private static final int INDICES_MAX = 10;

    private final String text;
    private final int limit;
    private int at;

    TagReader(String text, int start) {
        this.text = text;
        this.limit = (int) Math.min(text.length(), (long) start + LENGTH_MAX);
        this.at = start;
    }

    /** What is there instead of a tag. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String why) {
            super(why, null, false, false);
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    /** The offset behind the closing brace, once {@link #read} has given a tag. */
    int end() {
        return at;
    }

    /** The tag. */
    Tag read() throws Unreadable {
        skipBlanks();
        Tag tag;
        if (peek() == '/') {
            tag = close();
        } else {
            int start = at;
            var keyword = keyword();
            if (keyword.isPresent()) {
                tag = block(keyword.get());
            } else {
                at = start;
                tag = elseOrValue();
            }
        }
        skipBlanks();
        if (peek() != '}') {
            throw unreadable();
        }
        at++;
        return tag;
    }

    private Unreadable unreadable() {
        if (at >= limit) {
            return new Unreadable("The brace that #{ opens is never closed.");
        }
        return new Unreadable(
                "\"%s\" cannot stand here; write #{Name}, #{Name | Filter}, #{if Name}, #{unless Name} or #{each item in Name}."
                        .formatted(printable()));
    }

    private String printable() {
        String rest = text.substring(at, Math.min(limit, at + 12)).lines().findFirst().orElse("");
        return rest.isEmpty() ? "a line break" : rest;
    }

    private Tag close() throws Unreadable {
        at++;
        return switch (word().toLowerCase(Locale.ROOT)) {
            case "if" -> new Tag.Close(Tag.Block.IF);
            case "unless" -> new Tag.Close(Tag.Block.UNLESS);
            case "each" -> new Tag.Close(Tag.Block.EACH);
            default -> throw new Unreadable("Only #{/if}, #{/unless} and #{/each} close anything.");
        };
    }

    /** A word of the language that something follows; empty if this is the name of a variable. */
    private Optional<Tag.Block> keyword() {
        String word = word().toLowerCase(Locale.ROOT);
        boolean blank = at < limit && Character.isWhitespace(text.charAt(at));
        skipBlanks();
        if (!blank || at >= limit || !Symbol.beginsName(text.charAt(at))) {
            return Optional.empty();
        }
        return switch (word) {
            case "if" -> Optional.of(Tag.Block.IF);
            case "unless" -> Optional.of(Tag.Block.UNLESS);
            case "each" -> Optional.of(Tag.Block.EACH);
            default -> Optional.empty();
        };
    }

    private Tag block(Tag.Block block) throws Unreadable {
        return switch (block) {
            case IF -> new Tag.Ask(condition(false));
            case UNLESS -> new Tag.Ask(condition(true));
            case EACH -> each();
        };
    }

    private Tag each() throws Unreadable {
        String item = word();
        skipBlanks();
        String in = word();
        if (item.isEmpty() || !in.equalsIgnoreCase("in")) {
            throw new Unreadable("A loop is written #{each item in Collection}…#{/each}.");
        }
        skipBlanks();
        return new Tag.Each(item, symbol(0));
    }

    private Part.Condition condition(boolean negated) throws Unreadable {
        var left = expression();
        boolean equal = ahead("==");
        if (!equal && !ahead("!=")) {
            return new Part.Condition(left, Optional.empty(), negated);
        }
        at += 2;
        skipBlanks();
        var quoted = quoted();
        Operand right =
                quoted.isPresent() ? new Operand.Text(quoted.get()) : new Operand.Of(expression());
        return new Part.Condition(left, Optional.of(new Part.Comparison(equal, right)), negated);
    }

    private Tag elseOrValue() throws Unreadable {
        int start = at;
        boolean otherwise = word().equalsIgnoreCase("else");
        skipBlanks();
        if (otherwise && peek() == '}') {
            return new Tag.Else();
        }
        at = start;
        return new Tag.Value(expression());
    }

    private Expression expression() throws Unreadable {
        var symbol = symbol(0);
        var filters = new ArrayList<Expression.Call>();
        skipBlanks();
        while (peek() == '|') {
            at++;
            skipBlanks();
            filters.add(call());
            skipBlanks();
        }
        return new Expression(symbol, filters);
    }

    private Expression.Call call() throws Unreadable {
        String name = word();
        if (name.isEmpty()) {
            throw new Unreadable("A filter's name is missing behind |.");
        }
        var filter = Filter.named(name).orElseThrow(() -> unknown(name));
        List<Operand> arguments = new ArrayList<>();
        for (var next = argument(); next.isPresent(); next = argument()) {
            arguments.add(next.get());
        }
        var mistake = filter.mistake(arguments);
        if (mistake.isPresent()) {
            throw new Unreadable(mistake.get());
        }
        return new Expression.Call(filter, arguments);
    }

    private static Unreadable unknown(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "nowdate", "nowdateutc" ->
                    new Unreadable(
                            "There is no filter %s: what runs is the same each time, so it knows no clock. Take the date within the script, or give it as a variable of the deployment."
                                    .formatted(name));
            case "markdown", "markdowntohtml" ->
                    new Unreadable("There is no filter %s. Give the text as HTML.".formatted(name));
            default ->
                    new Unreadable(
                            "There is no filter %s; there are %s.".formatted(name, Filter.all()));
        };
    }

    private Optional<Operand> argument() throws Unreadable {
        skipBlanks();
        var quoted = quoted();
        if (quoted.isPresent()) {
            return quoted.map(Operand.Text::new);
        }
        if (ahead("#{")) {
            at += 2;
            skipBlanks();
            var symbol = symbol(0);
            skipBlanks();
            if (peek() != '}') {
                throw unreadable();
            }
            at++;
            return Optional.of(new Operand.Of(new Expression(symbol, List.of())));
        }
        int start = at;
        while (at < limit && Symbol.goesIntoName(text.charAt(at))) {
            at++;
        }
        return at == start
                ? Optional.empty()
                : Optional.of(new Operand.Text(text.substring(start, at)));
    }

    /**
     * A text in quotes, which {@code \"} does not end; or one between two {@code \"}, for a
     * template that stands in quotes itself.
     */
    private Optional<String> quoted() throws Unreadable {
        boolean inQuotes = ahead("\\\"");
        if (!inQuotes && peek() != '"') {
            return Optional.empty();
        }
        at += inQuotes ? 2 : 1;
        var quoted = new StringBuilder();
        while (at < limit) {
            if (ahead("\\\"")) {
                at += 2;
                if (inQuotes) {
                    return Optional.of(quoted.toString());
                }
                quoted.append('"');
            } else if (!inQuotes && text.charAt(at) == '"') {
                at++;
                return Optional.of(quoted.toString());
            } else {
                quoted.append(text.charAt(at++));
            }
        }
        throw new Unreadable("A quote is opened and never closed.");
    }

    private Symbol symbol(int depth) throws Unreadable {
        if (depth > INDICES_MAX) {
            throw new Unreadable(
                    "Names stand in the indices of names more than %d deep."
                            .formatted(INDICES_MAX));
        }
        if (at >= limit || !Symbol.beginsName(text.charAt(at))) {
            throw at >= limit || peek() != '}'
                    ? unreadable()
                    : new Unreadable("The name of a variable is missing.");
        }
        int start = at;
        var pieces = new ArrayList<Symbol.Piece>();
        var written = new StringBuilder();
        while (at < limit) {
            char c = text.charAt(at);
            if (Symbol.goesIntoName(c)) {
                written.append(c);
                at++;
            } else if (c == '[') {
                at++;
                written.append('[');
                index(pieces, written, depth);
                written.append(']');
            } else {
                break;
            }
        }
        if (at - start > Symbol.LENGTH_MAX) {
            throw new Unreadable(
                    "The name has more than %d characters.".formatted(Symbol.LENGTH_MAX));
        }
        if (!written.isEmpty()) {
            pieces.add(new Symbol.Piece.Written(written.toString()));
        }
        return new Symbol(pieces);
    }

    private void index(List<Symbol.Piece> pieces, StringBuilder written, int depth)
            throws Unreadable {
        if (ahead("#{")) {
            at += 2;
            pieces.add(new Symbol.Piece.Written(written.toString()));
            written.setLength(0);
            skipBlanks();
            pieces.add(new Symbol.Piece.Index(symbol(depth + 1)));
            skipBlanks();
            expect('}');
        } else {
            int start = at;
            while (at < limit && Symbol.goesIntoIndex(text.charAt(at))) {
                at++;
            }
            if (at == start) {
                throw new Unreadable(
                        "An index has letters, digits or a variable in it: Name[a] or Name[#{Which}].");
            }
            written.append(text, start, at);
        }
        expect(']');
    }

    private void expect(char wanted) throws Unreadable {
        if (peek() != wanted) {
            throw unreadable();
        }
        at++;
    }

    /** Letters, digits and underscores; perhaps none. */
    private String word() {
        int start = at;
        while (at < limit && Symbol.beginsName(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private void skipBlanks() {
        while (at < limit && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean ahead(String wanted) {
        return text.startsWith(wanted, at);
    }

    /** The next character; a blank at the end. */
    private char peek() {
        return at < limit ? text.charAt(at) : ' ';
    }
}
