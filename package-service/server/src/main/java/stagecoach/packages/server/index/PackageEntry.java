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
 * @param details what else its nuspec says
 */
public record PackageEntry(
        PackagePin pin,
        Instant published,
        boolean listed,
        String authors,
        String description,
        PackageDetails details) {

    /** The same with other bytes. */
    public PackageEntry withPin(PackagePin other) {
        return new PackageEntry(other, published, listed, authors, description, details);
    }

    /** The same package, shown by searches or not. */
    public PackageEntry withListed(boolean shown) {
        return new PackageEntry(pin, published, shown, authors, description, details);
    }

    /** The same package, with what its nuspec says. */
    public PackageEntry withDetails(PackageDetails said) {
        return new PackageEntry(pin, published, listed, authors, description, said);
    }
}
