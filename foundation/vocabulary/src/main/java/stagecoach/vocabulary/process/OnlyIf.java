package stagecoach.vocabulary.process;

import java.util.Map;
import java.util.Optional;
import stagecoach.vocabulary.template.Template;

/** The rule for {@code onlyIf}: a template that must yield true or false. */
public final class OnlyIf {
    /** The longest value that is told when it is neither true nor false. */
    private static final int TOLD_MAX = 100;

    private OnlyIf() {}

    /** What this text, all references put in, says; empty if it is neither true nor false. */
    public static Optional<Boolean> parse(String rendered) {
        return switch (rendered.strip()) {
            case "true", "True", "TRUE" -> Optional.of(true);
            case "false", "False", "FALSE" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /**
     * What an expression gives that is neither true nor false, unless it is long.
     *
     * @param secret whether anything secret went into it, of which no piece may be told
     */
    public static String told(String rendered, boolean secret) {
        return secret || rendered.length() > TOLD_MAX
                ? "something else"
                : "\"%s\"".formatted(rendered.replaceAll("\\p{Cntrl}", " "));
    }

    /** What is wrong with an expression, whatever its variables are; empty if nothing is. */
    static Optional<String> mistake(String expression) {
        var template = Template.parse(expression);
        if (!template.mistakes().isEmpty()) {
            return Optional.of(template.mistakes().getFirst().sentence());
        }
        if (template.isConstant() && parse(template.fill(Map.of()).text()).isEmpty()) {
            return Optional.of(
                    "\"%s\" is neither true nor false. Name a variable that is, such as #{Deploy.Web}."
                            .formatted(expression));
        }
        return Optional.empty();
    }
}
