package stagecoach.vocabulary.template;

import java.util.Optional;

/**
 * One value of a variable within a scope; a name may have several values with different scopes.
 *
 * @param prompt asks for another value at each deployment; {@code value} is what counts without an
 *     answer
 */
public record Variable(
        String name, String value, boolean sensitive, Scope scope, Optional<Prompt> prompt) {
    /** A value that no deployment is asked for. */
    public Variable(String name, String value, boolean sensitive, Scope scope) {
        this(name, value, sensitive, scope, Optional.empty());
    }

    /** The same variable with another value. */
    public Variable withValue(String other) {
        return new Variable(name, other, sensitive, scope, prompt);
    }
}
