package stagecoach.vocabulary.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import stagecoach.vocabulary.template.Known.Found;
import stagecoach.vocabulary.template.filter.FilterFailure;
import stagecoach.vocabulary.template.syntax.Expression;
import stagecoach.vocabulary.template.syntax.Operand;
import stagecoach.vocabulary.template.syntax.Part;
import stagecoach.vocabulary.template.syntax.Symbol;

/**
 * Puts values into the parts of one template. Where a value is not told yet, both ways are gone, so
 * that it finds whatever may be missing.
 */
final class Rendering {
    /** A shorter piece of a secret is not masked: it stands in many harmless words. */
    private static final int MASK_MIN = 6;

    private static final String KEY = ".Key";

    private final Known known;
    private final Budget budget;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder shown = new StringBuilder();
    private final Set<String> missing = new LinkedHashSet<>();
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> secrets = new LinkedHashSet<>();
    private boolean sensitive;
    private boolean later;

    private Rendering(Known known, Budget budget) {
        this.known = known;
        this.budget = budget;
    }

    /**
     * What became of a template.
     *
     * @param sensitive whether a secret went into it
     * @param later whether something in it is not told yet
     * @param missing references that nobody knows, as they are written
     * @param asked names that conditions and loops asked for and nobody knows
     * @param secrets the secret texts that went into it, and what filters and loops made of them
     * @param shown the text with marks in the places of what is secret
     */
    record Rendered(
            String text,
            boolean sensitive,
            boolean later,
            Set<String> missing,
            Set<String> asked,
            Set<String> secrets,
            String shown) {}

    /**
     * Renders {@code parts}; references that nobody knows stay as they are written.
     *
     * @throws Budget.Spent if it would be too large
     * @throws VariableProblem.Unfit if a filter cannot take a value
     */
    static Rendered of(List<Part> parts, Known known, Budget budget) {
        var rendering = new Rendering(known, budget);
        rendering.render(parts, Map.of());
        String text = rendering.text.toString();
        return new Rendered(
                text,
                rendering.sensitive,
                rendering.later,
                rendering.missing,
                rendering.asked,
                rendering.secrets,
                rendering.sensitive ? rendering.shown.toString() : text);
    }

    /** What a loop's text may call by a short name. */
    private sealed interface Local {
        /** An element of an indexed collection: the name that it stands for, and its index. */
        record Element(String name, String key) implements Local {}

        /** A value of its own. */
        record Item(Found value) implements Local {}
    }

    private void render(List<Part> parts, Map<String, Local> locals) {
        budget.enter();
        for (Part part : parts) {
            budget.step();
            switch (part) {
                case Part.Literal literal -> append(literal.text());
                case Part.Insert insert -> insert(insert, locals);
                case Part.Choice choice -> choose(choice, locals);
                case Part.Loop loop -> repeat(loop, locals);
            }
        }
        budget.leave();
    }

    private void insert(Part.Insert insert, Map<String, Local> locals) {
        switch (value(insert.expression(), locals, insert.written())) {
            case Found.Value value -> {
                if (value.sensitive() && !sensitive) {
                    sensitive = true;
                    shown.append(text);
                }
                secrets.addAll(value.secrets());
                budget.append(text, value.text());
                if (sensitive) {
                    shown.append(value.shown());
                }
            }
            case Found.Later _ -> later = true;
            case Found.Missing _ -> {
                missing.add(insert.written());
                append(insert.written());
            }
        }
    }

    private void append(String piece) {
        budget.append(text, piece);
        if (sensitive) {
            shown.append(piece);
        }
    }

    private void choose(Part.Choice choice, Map<String, Local> locals) {
        var left = asked(choice.condition().left(), locals);
        if (choice.condition().comparison().isEmpty()) {
            switch (left) {
                case Found.Value(String value, boolean _, _, _) ->
                        render(truthy(value) ^ choice.condition().negated(), choice, locals);
                case Found.Later _ -> renderBoth(choice, locals);
                case Found.Missing _ -> render(choice.condition().negated(), choice, locals);
            }
            return;
        }
        var comparison = choice.condition().comparison().get();
        var right = operand(comparison.right(), locals, true);
        if (left instanceof Found.Later || right instanceof Found.Later) {
            renderBoth(choice, locals);
            return;
        }
        boolean same = textOf(left).equals(textOf(right));
        render((same == comparison.equal()) ^ choice.condition().negated(), choice, locals);
    }

    private void render(boolean holds, Part.Choice choice, Map<String, Local> locals) {
        render(holds ? choice.holds() : choice.fails(), locals);
    }

    private void renderBoth(Part.Choice choice, Map<String, Local> locals) {
        later = true;
        render(choice.holds(), locals);
        render(choice.fails(), locals);
    }

    /** Whether a value counts as true: everything but nothing, 0, no and false. */
    private static boolean truthy(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "", "0", "no", "false" -> false;
            default -> true;
        };
    }

    private void repeat(Part.Loop loop, Map<String, Local> locals) {
        List<Local> elements = elements(loop.collection(), locals);
        for (int i = 0; i < elements.size(); i++) {
            var inner = new HashMap<>(locals);
            inner.put(loop.item(), elements.get(i));
            inner.put(BuiltIns.EACH_INDEX, fact(Integer.toString(i)));
            inner.put(BuiltIns.EACH_FIRST, fact(i == 0 ? "True" : "False"));
            inner.put(BuiltIns.EACH_LAST, fact(i == elements.size() - 1 ? "True" : "False"));
            render(loop.body(), inner);
        }
    }

    private static Local fact(String value) {
        return new Local.Item(Found.Value.plain(value));
    }

    private List<Local> elements(Symbol collection, Map<String, Local> locals) {
        return switch (resolve(collection, locals)) {
            case Found.Value(String name, boolean _, _, _) -> {
                var full = fullName(name, locals);
                List<Local> indexed = new ArrayList<>();
                budget.work(known.names().size());
                for (String key : known.indices(full)) {
                    indexed.add(new Local.Element("%s[%s]".formatted(full, key), key));
                }
                yield indexed.isEmpty()
                        ? listed(find(name, locals), collection.written())
                        : indexed;
            }
            case Found.Later _ -> listed(new Found.Later(), "");
            case Found.Missing _ -> listed(new Found.Missing(), "");
        };
    }

    private List<Local> listed(Found list, String name) {
        return switch (list) {
            case Found.Value(String value, boolean secret, _, _) -> {
                List<Local> items = new ArrayList<>();
                for (String item : value.isBlank() ? new String[0] : value.split(",", -1)) {
                    items.add(
                            new Local.Item(
                                    secret
                                            ? derived(item.strip(), Set.of())
                                            : Found.Value.plain(item.strip())));
                }
                yield items;
            }
            case Found.Later _ -> {
                later = true;
                yield List.of(new Local.Item(new Found.Later()));
            }
            case Found.Missing _ -> {
                if (!name.isEmpty()) {
                    asked.add(name);
                }
                yield List.of();
            }
        };
    }

    /** What an expression that may as well be unknown gives. */
    private Found asked(Expression expression, Map<String, Local> locals) {
        var found = value(expression, locals, "#{%s}".formatted(expression.symbol().written()));
        if (found instanceof Found.Missing) {
            asked.add(expression.symbol().written());
        }
        return found;
    }

    private Found operand(Operand operand, Map<String, Local> locals, boolean mayMiss) {
        return switch (operand) {
            case Operand.Text(String literal) -> Found.Value.plain(literal);
            case Operand.Of(Expression expression) -> {
                if (mayMiss) {
                    yield asked(expression, locals);
                }
                String written = "#{%s}".formatted(expression.symbol().written());
                var found = value(expression, locals, written);
                if (found instanceof Found.Missing) {
                    missing.add(written);
                }
                yield found;
            }
        };
    }

    private Found value(Expression expression, Map<String, Local> locals, String written) {
        Found found =
                switch (resolve(expression.symbol(), locals)) {
                    case Found.Value(String name, boolean _, _, _) -> find(name, locals);
                    case Found.Later soon -> soon;
                    case Found.Missing none -> none;
                };
        for (Expression.Call call : expression.filters()) {
            found = filtered(call, found, locals, written);
        }
        return found;
    }

    private Found filtered(
            Expression.Call call, Found found, Map<String, Local> locals, String written) {
        if (found instanceof Found.Missing && !call.filter().takesUnknown()) {
            return found;
        }
        List<String> told = new ArrayList<>();
        boolean secret = false;
        var before = new LinkedHashSet<String>();
        boolean soon = found instanceof Found.Later;
        for (Operand argument : call.arguments()) {
            switch (operand(argument, locals, false)) {
                case Found.Value value -> {
                    told.add(value.text());
                    secret |= value.sensitive();
                    before.addAll(value.secrets());
                }
                case Found.Later _ -> soon = true;
                case Found.Missing missingArgument -> {
                    return missingArgument;
                }
            }
        }
        if (soon) {
            return new Found.Later();
        }
        if (found instanceof Found.Value value) {
            secret |= value.sensitive();
            before.addAll(value.secrets());
        }
        String input = textOf(found);
        budget.work(input.length());
        try {
            String after = call.filter().apply(input, told);
            if (after.length() > Budget.TEXT_MAX) {
                throw new Budget.Spent("longer than %d characters".formatted(Budget.TEXT_MAX));
            }
            return secret ? derived(after, before) : Found.Value.plain(after);
        } catch (FilterFailure failure) {
            throw new VariableProblem.Unfit(written, String.valueOf(failure.getMessage()));
        }
    }

    /** What became of secrets: it hides itself, and those that still stand in it. */
    private Found.Value derived(String text, Set<String> before) {
        var hidden = new LinkedHashSet<String>();
        if (text.strip().length() >= MASK_MIN) {
            hidden.add(text.strip());
        }
        for (String secret : before) {
            budget.work(text.length());
            if (text.contains(secret)) {
                hidden.add(secret);
            }
        }
        return Found.Value.secret(text, hidden);
    }

    private static String textOf(Found found) {
        return found instanceof Found.Value(String value, boolean _, _, _) ? value : "";
    }

    /** The name that a symbol stands for, its variable indices looked up. */
    private Found resolve(Symbol symbol, Map<String, Local> locals) {
        var name = new StringBuilder();
        for (Symbol.Piece piece : symbol.pieces()) {
            switch (piece) {
                case Symbol.Piece.Written(String written) -> name.append(written);
                case Symbol.Piece.Index(Symbol inner) -> {
                    Found resolved = resolve(inner, locals);
                    Found index =
                            resolved instanceof Found.Value(String indexName, boolean _, _, _)
                                    ? find(indexName, locals)
                                    : resolved;
                    if (!(index instanceof Found.Value(String value, boolean _, _, _))) {
                        return index;
                    }
                    name.append(value);
                }
            }
            if (name.length() > Symbol.LENGTH_MAX) {
                return new Found.Missing();
            }
        }
        return Found.Value.plain(name.toString());
    }

    private Found find(String name, Map<String, Local> locals) {
        budget.step();
        Local exact = locals.get(name);
        if (exact instanceof Local.Item(Found value)) {
            return value;
        }
        String head = head(name);
        Local local = locals.get(head);
        if (local == null) {
            return known.find(name);
        }
        String rest = name.substring(head.length());
        return switch (local) {
            case Local.Item(Found value) ->
                    value instanceof Found.Later ? value : new Found.Missing();
            case Local.Element(String element, String key) -> {
                Found found = known.find(element + rest);
                yield found instanceof Found.Missing && (rest.isEmpty() || rest.equals(KEY))
                        ? Found.Value.plain(key)
                        : found;
            }
        };
    }

    /** The name with what a loop calls it by put in full. */
    private static String fullName(String name, Map<String, Local> locals) {
        String head = head(name);
        return locals.get(head) instanceof Local.Element(String element, String _)
                ? element + name.substring(head.length())
                : name;
    }

    /** What stands before the first dot or bracket. */
    private static String head(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '.' || name.charAt(i) == '[') {
                return name.substring(0, i);
            }
        }
        return name;
    }
}
