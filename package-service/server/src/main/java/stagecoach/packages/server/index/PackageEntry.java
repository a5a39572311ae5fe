package stagecoach.packages.server.index;

import java.time.Instant;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * One package that can be downloaded.
 *
 * @param published when it was first taken in
 * @param listed whether searches show it; an unlisted one can still be downloaded
 * @param authors as its nuspec says, or empty
 * @param description as its nuspec says, perhaps shortened, or empty
 */
public record PackageEntry(
        PackagePin pin, Instant published, boolean listed, String authors, String description) {}
