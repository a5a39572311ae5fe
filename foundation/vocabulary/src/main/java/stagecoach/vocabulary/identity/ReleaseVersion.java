package stagecoach.vocabulary.identity;

import java.util.regex.Pattern;

/**
 * The version of a release, unique within its project: 1 to 100 letters, digits and {@code . _ +
 * -}.
 */
public record ReleaseVersion(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._+-]{0,99}");

    /** Refuses what does not have the form. */
    public ReleaseVersion {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no release version: use 1 to 100 letters, digits, dots, hyphens, underscores and plus signs, beginning with a letter or digit"
                            .formatted(value));
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
