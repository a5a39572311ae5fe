package stagecoach.packages.server.nuget;

import java.time.Instant;
import java.util.Optional;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * What registrations tell of one version.
 *
 * @param pin its bytes, where they are known; those of a feed outside are not until they came
 * @param published when clients are told that it was, if it is listed
 */
public record RegisteredVersion(
        PackageId id,
        PackageVersion version,
        Optional<PackagePin> pin,
        Instant published,
        boolean listed,
        String authors,
        String description,
        PackageDetails details) {

    /** Of a package that is held. */
    public static RegisteredVersion of(PackageEntry entry) {
        return new RegisteredVersion(
                entry.pin().id(),
                entry.pin().version(),
                Optional.of(entry.pin()),
                entry.published(),
                entry.listed(),
                entry.authors(),
                entry.description(),
                entry.details());
    }
}
