package stagecoach.vocabulary.identity;

import java.util.regex.Pattern;

/**
 * The rule for ids that people choose: lower-case letters, digits and inner hyphens, 1 to 64
 * characters.
 */
public final class IdRule {
    private static final Pattern CHOSEN = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");

    private IdRule() {}

    /** Whether {@code value} may be an id that a person chose. */
    public static boolean allows(String value) {
        return CHOSEN.matcher(value).matches();
    }

    /** What is said of a {@code value} that the rule does not allow, without a full stop. */
    public static String refusal(String what, String value) {
        return "\"%s\" is no %s id: use 1 to 64 lower-case letters, digits and inner hyphens"
                .formatted(Printable.of(value), what);
    }

    /**
     * Returns {@code value} if it obeys the rule.
     *
     * @param what the kind of thing, for the sentence
     * @throws IllegalArgumentException with a sentence that says what to change
     */
    static String check(String what, String value) {
        if (!allows(value)) {
            throw new IllegalArgumentException(refusal(what, value));
        }
        return value;
    }
}
