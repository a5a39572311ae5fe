package stagecoach.vocabulary.template.syntax;

/** What one pair of braces says. */
sealed interface Tag {
    /** {@code #{Name | Filter}}. */
    record Value(Expression expression) implements Tag {}

    /** {@code #{if …}} and {@code #{unless …}}. */
    record Ask(Part.Condition condition) implements Tag {}

    /** {@code #{each item in Collection}}. */
    record Each(String item, Symbol collection) implements Tag {}

    /** {@code #{else}}. */
    record Else() implements Tag {}

    /** {@code #{/if}}, {@code #{/unless}} and {@code #{/each}}. */
    record Close(Block block) implements Tag {}

    /** What has an end of its own. */
    enum Block {
        IF,
        UNLESS,
        EACH;

        String word() {
            return switch (this) {
                case IF -> "if";
                case UNLESS -> "unless";
                case EACH -> "each";
            };
        }
    }
}
