package stagecoach.vocabulary.template;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import stagecoach.vocabulary.template.syntax.Expression;
import stagecoach.vocabulary.template.syntax.Operand;
import stagecoach.vocabulary.template.syntax.Parsed;
import stagecoach.vocabulary.template.syntax.Part;
import stagecoach.vocabulary.template.syntax.Symbol;
import stagecoach.vocabulary.template.syntax.SyntaxMistake;

/**
 * A text with references such as {@code #{Db.Url | ToLower}}, conditions and loops in it, parsed
 * once and rendered as often as needed. {@code ##{Db.Url}} stands for the text {@code #{Db.Url}}
 * itself. Whatever else begins with a hash and a brace is plain text, since scripts and
 * configuration files have uses of their own for it.
 *
 * <p>What a value holds is inserted as it is and not looked at again; values that hold references
 * themselves are the business of {@link ResolvedVariables}.
 */
public final class Template {
    private final Parsed parsed;

    private Template(Parsed parsed) {
        this.parsed = parsed;
    }

    /** Parses {@code text}; every text is a template. */
    public static Template parse(String text) {
        return new Template(Parsed.of(text));
    }

    /** A template that is {@code text} and nothing else, whatever stands in it. */
    static Template literal(String text) {
        return new Template(new Parsed(List.of(new Part.Literal(text)), List.of()));
    }

    /** A text whose template is {@code text} and nothing else: references in it stay as written. */
    public static String escaped(String text) {
        return Parsed.escaped(text);
    }

    /** What looks like a part of the language and is none; it stays as it is written. */
    public List<SyntaxMistake> mistakes() {
        return parsed.mistakes();
    }

    /** Whether it is the same text whatever the variables are. */
    public boolean isConstant() {
        return parts().stream().allMatch(Part.Literal.class::isInstance);
    }

    /**
     * Every name that it mentions, in its conditions, loops and filters, too, as it is written and
     * in order of first appearance. What a loop calls its elements is among them.
     */
    public Set<String> names() {
        var names = new LinkedHashSet<String>();
        collect(parts(), names);
        return names;
    }

    private static void collect(List<Part> parts, Set<String> names) {
        for (Part part : parts) {
            switch (part) {
                case Part.Literal _ -> {}
                case Part.Insert insert -> collect(insert.expression(), names);
                case Part.Choice choice -> {
                    collect(choice.condition().left(), names);
                    choice.condition()
                            .comparison()
                            .ifPresent(comparison -> collect(comparison.right(), names));
                    collect(choice.holds(), names);
                    collect(choice.fails(), names);
                }
                case Part.Loop loop -> {
                    collect(loop.collection(), names);
                    collect(loop.body(), names);
                }
            }
        }
    }

    private static void collect(Expression expression, Set<String> names) {
        collect(expression.symbol(), names);
        for (Expression.Call call : expression.filters()) {
            call.arguments().forEach(argument -> collect(argument, names));
        }
    }

    private static void collect(Operand operand, Set<String> names) {
        if (operand instanceof Operand.Of(Expression expression)) {
            collect(expression, names);
        }
    }

    private static void collect(Symbol symbol, Set<String> names) {
        names.add(symbol.written());
        for (Symbol.Piece piece : symbol.pieces()) {
            if (piece instanceof Symbol.Piece.Index(Symbol inner)) {
                collect(inner, names);
            }
        }
    }

    /**
     * The text with {@code values} put in as they are.
     *
     * @throws VariableProblem if a filter cannot take a value, or the text becomes too large
     */
    public Filled fill(Map<String, String> values) {
        return fill(values, value -> false);
    }

    /**
     * The same where some of the values are secret.
     *
     * @param secret whether a value is, or holds one
     */
    public Filled fill(Map<String, String> values, Predicate<String> secret) {
        var known =
                new Known() {
                    @Override
                    public Found find(String name) {
                        String value = values.get(name);
                        if (value == null) {
                            return new Found.Missing();
                        }
                        return secret.test(value)
                                ? Found.Value.secret(value, Set.of())
                                : Found.Value.plain(value);
                    }

                    @Override
                    public Collection<String> names() {
                        return values.keySet();
                    }
                };
        try {
            var rendered = Rendering.of(parts(), known, new Budget());
            return new Filled(rendered.text(), rendered.missing(), rendered.secrets());
        } catch (Budget.Spent spent) {
            throw new VariableProblem.TooLarge(spent.bound());
        }
    }

    /**
     * A template with values put in.
     *
     * @param unknown the references that there is no value for, as they are written; they stay
     * @param masks what filters and loops made of secrets, which must not be seen either
     */
    public record Filled(String text, Set<String> unknown, Set<String> masks) {}

    List<Part> parts() {
        return parsed.parts();
    }
}
