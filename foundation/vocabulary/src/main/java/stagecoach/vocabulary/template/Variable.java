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

    /** Never the value: it may be secret, or lead to what is. */
    @Override
    public String toString() {
        return "Variable[name=%s, sensitive=%s, scope=%s, prompt=%s]"
                .formatted(name, sensitive, scope, prompt);
    }

    /** The same variable with the value of another one. */
    public Variable withValueOf(Variable other) {
        return new Variable(name, other.value(), sensitive, scope, prompt);
    }

    /**
     * The same variable with an answer for a value. An answer is data: whoever deploys is not who
     * writes the process, and must not read through references what is kept from him.
     */
    public Variable answered(String answer) {
        return new Variable(name, Template.escaped(answer), sensitive, scope, prompt);
    }
}
