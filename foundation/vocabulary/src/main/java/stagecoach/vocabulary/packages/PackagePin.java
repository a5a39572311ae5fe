package stagecoach.vocabulary.packages;

/**
 * One package, fixed to the byte: what a release names and every hop verifies.
 *
 * @param size the length of the {@code .nupkg} in bytes
 */
public record PackagePin(PackageId id, PackageVersion version, Sha512 sha512, long size) {

    public PackagePin {
        if (size < 0) {
            throw new IllegalArgumentException(
                    "Package " + id + " " + version + " cannot have a size of " + size + " bytes.");
        }
    }
}
