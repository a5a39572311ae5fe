package stagecoach.packages.app.upstream;

import java.util.Locale;
import java.util.regex.Pattern;
import stagecoach.vocabulary.packages.PackageId;

/**
 * Which ids a feed may be read through for: one id, all that begin with a text ({@code Shop.*}), or
 * all ({@code *}). As in NuGet's package source mapping the one that says most decides.
 *
 * @param value in lower case
 */
record ReadThroughRule(String value) {
    private static final Pattern PREFIX = Pattern.compile("(\\w[\\w.-]{0,98})?\\*");

    ReadThroughRule {
        value = value.toLowerCase(Locale.ROOT);
    }

    /**
     * Reads one as a person wrote it.
     *
     * @throws IllegalArgumentException with a sentence that says what to change
     */
    static ReadThroughRule parse(String text) {
        if (!PREFIX.matcher(text).matches()) {
            try {
                PackageId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "\"%s\" names no ids: write one (Shop.Core), the beginning of some (Shop.*), or all (*)."
                                .formatted(text),
                        e);
            }
        }
        return new ReadThroughRule(text);
    }

    /** Whether it speaks of a package. */
    boolean allows(PackageId id) {
        return value.endsWith("*")
                ? id.lower().startsWith(value.substring(0, value.length() - 1))
                : id.lower().equals(value);
    }

    /** How much it says: a whole id more than any beginning, a longer beginning more. */
    int weight() {
        return value.endsWith("*") ? value.length() : Integer.MAX_VALUE;
    }
}
