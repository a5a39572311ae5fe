package stagecoach.vocabulary.template.syntax;

/** What a value is compared with, or what a filter is told. */
public sealed interface Operand {
    /** A text that the template itself has. */
    record Text(String text) implements Operand {}

    /** The value of an expression. */
    record Of(Expression expression) implements Operand {}
}
