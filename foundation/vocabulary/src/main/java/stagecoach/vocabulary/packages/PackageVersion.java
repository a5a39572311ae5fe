package stagecoach.vocabulary.packages;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.identity.Printable;

/**
 * The version of a NuGet package, always in its normalised form, so that {@code 1}, {@code 1.0},
 * {@code 01.00.0.0} and {@code 1.0.0+build} are one version. Prerelease labels keep their spelling
 * but are compared without case.
 *
 * @param value the normalised form: {@code major.minor.patch}, a fourth part unless it is 0, then
 *     {@code -labels} of a prerelease; build metadata is no part of it
 */
public record PackageVersion(String value) implements Comparable<PackageVersion> {

    /** The longest version we take, in characters; NuGet itself names no bound. */
    public static final int LENGTH_MAX = 128;

    private static final int NUMBERS_MAX = 4;
    private static final int NUMBERS_SHOWN = 3;

    private static final Pattern RULE =
            Pattern.compile(
                    "(?<numbers>[0-9.]+)(?:-(?<labels>[0-9A-Za-z.-]*))?(?:\\+(?<metadata>[0-9A-Za-z.-]*))?");
    private static final Pattern NUMERIC = Pattern.compile("[0-9]+");

    /** Normalises any spelling of a version. */
    public PackageVersion {
        value = normalise(value);
    }

    /**
     * Reads a version as a person or a client wrote it.
     *
     * @throws IllegalArgumentException with a sentence that says what to change
     */
    public static PackageVersion parse(String text) {
        return new PackageVersion(text);
    }

    /** The normalised form in lower case, as URLs, file names and keys use it. */
    public String lower() {
        return value.toLowerCase(Locale.ROOT);
    }

    /** Whether it has prerelease labels, so that "the newest stable version" passes it over. */
    public boolean isPrerelease() {
        return value.indexOf('-') >= 0;
    }

    /** The prerelease labels, such as {@code beta.2}; empty for a stable version. */
    public String prerelease() {
        var dash = value.indexOf('-');
        return dash < 0 ? "" : value.substring(dash + 1);
    }

    /** Orders as NuGet does: by numbers, a prerelease before its release, then by labels. */
    @Override
    public int compareTo(PackageVersion other) {
        var byNumbers = Arrays.compare(numbers(), other.numbers());
        if (byNumbers != 0) {
            return byNumbers;
        }
        if (isPrerelease() != other.isPrerelease()) {
            return isPrerelease() ? -1 : 1;
        }
        return Arrays.compare(
                prerelease().split("\\.", -1),
                other.prerelease().split("\\.", -1),
                PackageVersion::compareLabels);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PackageVersion that && lower().equals(that.lower());
    }

    @Override
    public int hashCode() {
        return lower().hashCode();
    }

    @Override
    public String toString() {
        return value;
    }

    private int[] numbers() {
        var dash = value.indexOf('-');
        var parts = (dash < 0 ? value : value.substring(0, dash)).split("\\.", -1);
        var numbers = new int[NUMBERS_MAX];
        for (var i = 0; i < parts.length; i++) {
            numbers[i] = Integer.parseInt(parts[i]);
        }
        return numbers;
    }

    private static int compareLabels(String left, String right) {
        var leftNumeric = NUMERIC.matcher(left).matches();
        var rightNumeric = NUMERIC.matcher(right).matches();
        if (leftNumeric && rightNumeric) {
            // Without leading zeros the longer number is the greater one, however long it is.
            var byLength = Integer.compare(left.length(), right.length());
            return byLength != 0 ? byLength : left.compareTo(right);
        }
        if (leftNumeric != rightNumeric) {
            return leftNumeric ? -1 : 1;
        }
        return left.toLowerCase(Locale.ROOT).compareTo(right.toLowerCase(Locale.ROOT));
    }

    private static String normalise(String text) {
        if (text.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "A version has "
                            + text.length()
                            + " characters; the longest allowed has "
                            + LENGTH_MAX
                            + ".");
        }
        var matcher = RULE.matcher(text);
        if (!matcher.matches()) {
            throw invalid(
                    text, "write 1 to 4 numbers joined by '.', then '-labels' of a prerelease");
        }
        checkLabels(text, matcher, "labels");
        checkLabels(text, matcher, "metadata");
        var labels = matcher.group("labels");
        return normaliseNumbers(text, matcher.group("numbers"))
                + (labels == null ? "" : "-" + labels);
    }

    private static String normaliseNumbers(String text, String numbers) {
        var parts =
                Arrays.stream(numbers.split("\\.", -1))
                        .map(part -> normaliseNumber(text, part))
                        .toList();
        if (parts.size() > NUMBERS_MAX) {
            throw invalid(text, "it has more than 4 numbers");
        }
        var shown =
                parts.size() == NUMBERS_MAX && !parts.getLast().equals("0")
                        ? NUMBERS_MAX
                        : NUMBERS_SHOWN;
        return Stream.concat(parts.stream(), Stream.generate(() -> "0"))
                .limit(shown)
                .collect(Collectors.joining("."));
    }

    private static String normaliseNumber(String text, String part) {
        if (part.isEmpty()) {
            throw invalid(text, "a number is missing beside a '.'");
        }
        try {
            return Integer.toString(Integer.parseInt(part));
        } catch (NumberFormatException tooGreat) {
            var problem = invalid(text, "each number is at most 2147483647");
            problem.initCause(tooGreat);
            throw problem;
        }
    }

    private static void checkLabels(String text, Matcher matcher, String group) {
        var labels = matcher.group(group);
        if (labels == null) {
            return;
        }
        for (var label : labels.split("\\.", -1)) {
            if (label.isEmpty()) {
                throw invalid(text, "a label behind '-', '+' or '.' is empty");
            }
            if (group.equals("labels")
                    && label.length() > 1
                    && label.startsWith("0")
                    && NUMERIC.matcher(label).matches()) {
                throw invalid(text, "the numeric label '" + label + "' has a leading zero");
            }
        }
    }

    private static IllegalArgumentException invalid(String text, String why) {
        return new IllegalArgumentException(
                "'" + Printable.of(text) + "' is no package version: " + why + ".");
    }
}
