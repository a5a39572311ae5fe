package stagecoach.vocabulary.template;

/** One value of a variable within a scope; a name may have several values with different scopes. */
public record Variable(String name, String value, boolean sensitive, Scope scope) {}
