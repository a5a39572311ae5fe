package stagecoach.packages.server.ingest;

import stagecoach.packages.server.index.PackageDetails;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * What a package says of itself.
 *
 * @param authors or empty
 * @param description or empty; shortened to {@link NuspecReader#TEXT_LENGTH_MAX} characters
 * @param details all else that is kept
 */
public record Nuspec(
        PackageId id,
        PackageVersion version,
        String authors,
        String description,
        PackageDetails details) {}
