package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A text with references such as {@code #{Db.Url}} in it, parsed once and rendered as often as
 * needed. {@code ##{Db.Url}} stands for the text {@code #{Db.Url}} itself. Whatever else begins
 * with a hash and a brace is plain text, since scripts and configuration files have uses of their
 * own for it.
 *
 * <p>What a lookup gives is inserted as it is and not looked at again; values that hold references
 * themselves are the business of {@link ResolvedVariables}.
 */
public final class Template {
    private static final String OPEN = "#{";

    /** What is longer is no reference: a name with some blanks around it. */
    private static final int INSIDE_MAX = 2 * VariableNames.LENGTH_MAX;

    private final List<Part> parts;

    private Template(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** Parses {@code text}; every text is a template. */
    public static Template parse(String text) {
        var parts = new ArrayList<Part>();
        int copied = 0;
        int close = -1;
        int open = text.indexOf(OPEN);
        while (open >= 0) {
            if (close < open) {
                close = text.indexOf('}', open);
            }
            if (close < 0) {
                break;
            }
            int next = open + OPEN.length();
            if (close - open <= INSIDE_MAX) {
                String inside = text.substring(next, close).strip();
                String written = text.substring(open, close + 1);
                if (VariableNames.isReference(inside)) {
                    boolean escaped = open > copied && text.charAt(open - 1) == '#';
                    parts.add(new Literal(text.substring(copied, escaped ? open - 1 : open)));
                    parts.add(escaped ? new Literal(written) : new Reference(inside, written));
                    next = close + 1;
                    copied = next;
                } else if (VariableNames.looksMeant(inside)) {
                    parts.add(new Literal(text.substring(copied, open)));
                    parts.add(new Unsupported(written));
                    next = close + 1;
                    copied = next;
                }
            }
            open = text.indexOf(OPEN, next);
        }
        parts.add(new Literal(text.substring(copied)));
        return new Template(parts);
    }

    /** A template that is {@code text} and nothing else, whatever stands in it. */
    static Template literal(String text) {
        return new Template(List.of(new Literal(text)));
    }

    /** The names that the text refers to, in order of first appearance. */
    public Set<String> names() {
        var names = new LinkedHashSet<String>();
        for (Part part : parts) {
            if (part instanceof Reference reference) {
                names.add(reference.name());
            }
        }
        return names;
    }

    /** The text with what {@code lookup} knows put in; unknown references stay as written. */
    public String render(Function<String, Optional<String>> lookup) {
        return render(lookup, Integer.MAX_VALUE).orElseThrow();
    }

    /** The same; empty if it would be longer than {@code lengthMax} characters. */
    Optional<String> render(Function<String, Optional<String>> lookup, int lengthMax) {
        var text = new StringBuilder();
        for (Part part : parts) {
            String piece =
                    switch (part) {
                        case Literal literal -> literal.text();
                        case Unsupported unsupported -> unsupported.written();
                        case Reference reference ->
                                lookup.apply(reference.name()).orElse(reference.written());
                    };
            if (piece.length() > lengthMax - text.length()) {
                return Optional.empty();
            }
            text.append(piece);
        }
        return Optional.of(text.toString());
    }

    /**
     * The text with every reference put in.
     *
     * @throws VariableProblem.Unknown naming all references that {@code lookup} does not know, and
     *     all that are no plain references
     */
    public String renderStrictly(Function<String, Optional<String>> lookup) {
        var unknown = new LinkedHashSet<String>();
        for (Part part : parts) {
            switch (part) {
                case Literal _ -> {}
                case Unsupported unsupported -> unknown.add(unsupported.written());
                case Reference reference -> {
                    if (lookup.apply(reference.name()).isEmpty()) {
                        unknown.add(reference.written());
                    }
                }
            }
        }
        if (!unknown.isEmpty()) {
            throw new VariableProblem.Unknown(List.copyOf(unknown));
        }
        return render(lookup);
    }

    private sealed interface Part {}

    private record Literal(String text) implements Part {}

    private record Reference(String name, String written) implements Part {}

    /** Seems to be meant for us (a filter, a condition), but is none that we understand. */
    private record Unsupported(String written) implements Part {}
}
