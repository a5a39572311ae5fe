package stagecoach.vocabulary.template.syntax;

import java.util.List;
import java.util.Optional;

/** A piece of a template, in the order of its text. */
public sealed interface Part {
    /** Text that stays as it is. */
    record Literal(String text) implements Part {}

    /**
     * A value to put in.
     *
     * @param written the reference with its braces, as it stands in the text
     */
    record Insert(Expression expression, String written) implements Part {}

    /** {@code #{if …}} or {@code #{unless …}}: one of two texts. */
    record Choice(Condition condition, List<Part> holds, List<Part> fails) implements Part {
        /** Copies the lists. */
        public Choice {
            holds = List.copyOf(holds);
            fails = List.copyOf(fails);
        }
    }

    /**
     * {@code #{each item in Collection}}: a text for each element.
     *
     * @param item what the text calls the element
     */
    record Loop(String item, Symbol collection, List<Part> body) implements Part {
        /** Copies the list. */
        public Loop {
            body = List.copyOf(body);
        }
    }

    /**
     * What a choice asks.
     *
     * @param comparison empty asks whether the value counts as true
     * @param negated whether {@code unless} asks it
     */
    record Condition(Expression left, Optional<Comparison> comparison, boolean negated) {}

    /** {@code == "text"} or {@code != Other}. */
    record Comparison(boolean equal, Operand right) {}
}
