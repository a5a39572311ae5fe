package stagecoach.packages.feeds.protocol;

import java.util.Optional;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * Of which versions of a package something is to be told.
 *
 * @param lower the first of them; empty if it is the first one there is
 * @param upper the last of them; empty if it is the last one there is
 */
public record VersionSpan(Optional<PackageVersion> lower, Optional<PackageVersion> upper) {
    /** All that there are. */
    public static final VersionSpan ALL = new VersionSpan(Optional.empty(), Optional.empty());

    /** From one to another, both among them. */
    public static VersionSpan between(PackageVersion lower, PackageVersion upper) {
        return new VersionSpan(Optional.of(lower), Optional.of(upper));
    }

    /** This one. */
    public static VersionSpan just(PackageVersion version) {
        return between(version, version);
    }

    boolean holds(PackageVersion version) {
        return overlaps(just(version));
    }

    /** Whether some version may be of both. */
    boolean overlaps(VersionSpan other) {
        return !isBelow(upper, other.lower) && !isBelow(other.upper, lower);
    }

    private static boolean isBelow(Optional<PackageVersion> one, Optional<PackageVersion> another) {
        return one.isPresent() && another.isPresent() && one.get().compareTo(another.get()) < 0;
    }
}
