package stagecoach.packages.app.feed;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.vocabulary.packages.PackageVersion;

/** Which versions of a package are good for a release, and what is said if there is none. */
final class VersionChoice {
    private static final int VERSIONS_TOLD_MAX = 5;

    private VersionChoice() {}

    /** Those that were chosen; without a choice, the stable ones. */
    static Predicate<PackageVersion> of(Wanted wanted) {
        return wanted.versions()
                .<Predicate<PackageVersion>>map(range -> range::matches)
                .orElse(version -> !version.isPrerelease());
    }

    /**
     * That none of a package's versions is good.
     *
     * @param versions those that there are, newest first
     */
    static String noneOf(Wanted wanted, List<PackageVersion> versions) {
        return wanted.versions()
                .map(
                        range ->
                                "The feed \"%s\" has no version %s of %s. It has %s."
                                        .formatted(
                                                wanted.feed(),
                                                range,
                                                wanted.id(),
                                                newest(versions)))
                .orElseGet(
                        () ->
                                "The feed \"%s\" has no stable version of %s. It has %s; name one of them."
                                        .formatted(wanted.feed(), wanted.id(), newest(versions)));
    }

    private static String newest(List<PackageVersion> versions) {
        String told =
                versions.stream()
                        .limit(VERSIONS_TOLD_MAX)
                        .map(PackageVersion::value)
                        .collect(Collectors.joining(", "));
        int more = versions.size() - VERSIONS_TOLD_MAX;
        return more > 0 ? "%s and %d older ones".formatted(told, more) : told;
    }
}
