package stagecoach.vocabulary.template.filter;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.Optional;

/**
 * The parts of a version such as {@code 1.4.0-beta.2+abc}, as it is written: a leading v is left
 * out, and a number that is not there is 0.
 */
public final class VersionParts {
    private static final Pattern FORM =
            Pattern.compile(
                    "[vV]?([0-9]+)(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:\\.([0-9]+))?(?:-(([0-9A-Za-z]+)(?:[._-]([0-9A-Za-z._-]*))?))?(?:\\+([0-9A-Za-z._-]*))?");

    private static final int PRE_RELEASE = 5;
    private static final int PREFIX = 6;
    private static final int COUNTER = 7;
    private static final int METADATA = 8;

    private VersionParts() {}

    /** The number at a place, from 0 for the major one. */
    public static String number(String value, int place) {
        return part(value, place + 1).orElse("0");
    }

    /** {@code beta.2} of {@code 1.4.0-beta.2}; empty of a stable version. */
    public static String preRelease(String value) {
        return part(value, PRE_RELEASE).orElse("");
    }

    /** {@code beta} of {@code beta.2}. */
    public static String preReleasePrefix(String value) {
        return part(value, PREFIX).orElse("");
    }

    /** {@code 2} of {@code beta.2}. */
    public static String preReleaseCounter(String value) {
        return part(value, COUNTER).orElse("");
    }

    /** What is behind the plus. */
    public static String metadata(String value) {
        return part(value, METADATA).orElse("");
    }

    private static Optional<String> part(String value, int group) {
        Matcher matcher = FORM.matcher(value.strip());
        if (!matcher.matches()) {
            throw new FilterFailure("A filter for versions was given a value that is none.");
        }
        return Optional.ofNullable(matcher.group(group));
    }
}
