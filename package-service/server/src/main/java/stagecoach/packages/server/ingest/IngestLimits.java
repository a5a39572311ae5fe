package stagecoach.packages.server.ingest;

/**
 * How much a package may be.
 *
 * @param packageBytesMax bytes of the {@code .nupkg} itself
 */
public record IngestLimits(long packageBytesMax, ArchiveLimits archive) {

    /** 16 GiB, and the defaults for what is inside. */
    public static IngestLimits defaults() {
        return new IngestLimits(16L << 30, ArchiveLimits.defaults());
    }
}
