package stagecoach.packages.feeds.protocol;

import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** What feeds name; a name that NuGet itself would refuse is none. */
final class Versions {
    private Versions() {}

    static Optional<PackageVersion> read(String text) {
        try {
            return Optional.of(PackageVersion.parse(text));
        } catch (IllegalArgumentException e) {
            // Old feeds hold such versions; nobody can ask for them.
            return Optional.empty();
        }
    }

    static Optional<PackageId> readId(String text) {
        try {
            return Optional.of(PackageId.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
