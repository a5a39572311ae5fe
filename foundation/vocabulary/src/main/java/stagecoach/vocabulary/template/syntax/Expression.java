package stagecoach.vocabulary.template.syntax;

import java.util.List;

/** A variable, and the filters that its value goes through in turn. */
public record Expression(Symbol symbol, List<Call> filters) {
    /** Copies the list. */
    public Expression {
        filters = List.copyOf(filters);
    }

    /** A filter with what it is told. */
    public record Call(Filter filter, List<Operand> arguments) {
        /** Copies the list. */
        public Call {
            arguments = List.copyOf(arguments);
        }
    }
}
