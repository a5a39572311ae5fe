package stagecoach.vocabulary.packages;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The versions of a package that somebody wants, in NuGet's notation (the page "Package
 * versioning"): one version ({@code 1.2.0}), a floating one ({@code 1.*}, {@code 1.2.3-beta.*},
 * {@code *-*}) or an interval ({@code [1.0, 2.0)}). Which versions match is as NuGet has it; that
 * the newest of them is taken, and that a single version means exactly that one, is ours: a release
 * wants what is best, not what is least. An interval takes prereleases only if one of its bounds is
 * one.
 *
 * @param value the normalised form
 */
public record VersionRange(String value) {

    /** Normalises any spelling. */
    public VersionRange {
        value = VersionForm.parse(value.strip()).text();
    }

    /**
     * Reads what a person wrote.
     *
     * @throws IllegalArgumentException with a sentence that says what to change
     */
    public static VersionRange parse(String text) {
        return new VersionRange(text);
    }

    /** Just this one. */
    public static VersionRange exactly(PackageVersion version) {
        return new VersionRange(version.value());
    }

    /** The version, where only one is meant. */
    public Optional<PackageVersion> single() {
        return VersionForm.parse(value) instanceof VersionForm.One(var version)
                ? Optional.of(version)
                : Optional.empty();
    }

    /** Whether this version is meant. */
    public boolean matches(PackageVersion version) {
        return VersionForm.parse(value).matches(version);
    }

    /** Labels of prereleases are compared without case, as those of versions are. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VersionRange that && value.equalsIgnoreCase(that.value);
    }

    @Override
    public int hashCode() {
        return value.toLowerCase(Locale.ROOT).hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
