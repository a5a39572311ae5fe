package stagecoach.vocabulary.packages;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.identity.Printable;

/**
 * The id of a NuGet package: keeps the spelling it was given, and two ids that differ only in case
 * are equal.
 *
 * @param value 1 to 100 ASCII letters, digits and {@code _}, in words joined by single {@code .} or
 *     {@code -}
 */
public record PackageId(String value) implements Comparable<PackageId> {

    /** The longest id that NuGet allows, in characters. */
    public static final int LENGTH_MAX = 100;

    private static final Pattern RULE = Pattern.compile("\\w+([.-]\\w+)*");

    public PackageId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("A package id is empty. Name the package.");
        }
        if (value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "A package id has "
                            + value.length()
                            + " characters; NuGet allows "
                            + LENGTH_MAX
                            + ".");
        }
        if (!RULE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + Printable.of(value)
                            + "' is no package id: use ASCII letters, digits and '_', in words joined by"
                            + " single '.' or '-'.");
        }
    }

    /**
     * Reads an id as a person or a client wrote it.
     *
     * @throws IllegalArgumentException with a sentence that says what to change
     */
    public static PackageId parse(String text) {
        return new PackageId(text);
    }

    /** The lower-case form that URLs, file names and keys use. */
    public String lower() {
        return value.toLowerCase(Locale.ROOT);
    }

    /** Orders without regard to case. */
    @Override
    public int compareTo(PackageId other) {
        return lower().compareTo(other.lower());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PackageId that && lower().equals(that.lower());
    }

    @Override
    public int hashCode() {
        return lower().hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
