package stagecoach.packages.server.ingest;

/**
 * How far an archive may go before it is taken for an attack.
 *
 * @param entriesMax entries of one archive; also bounds the memory that reading it takes
 * @param entryBytesMax uncompressed bytes of one entry
 * @param contentBytesMax uncompressed bytes of all entries
 * @param ratioMax uncompressed bytes per byte of the archive, once there are more of them than
 *     {@code ratioFreeBytes}
 * @param ratioFreeBytes uncompressed bytes that are no danger however well they were compressed
 */
public record ArchiveLimits(
        int entriesMax,
        long entryBytesMax,
        long contentBytesMax,
        int ratioMax,
        long ratioFreeBytes) {

    private static final int DIRECTORY_BYTES_PER_ENTRY_MAX = 512;

    /** The classic zip format's 65535 entries, 16 GiB an entry, 32 GiB in all, 100 times. */
    public static ArchiveLimits defaults() {
        return new ArchiveLimits(65_535, 16L << 30, 32L << 30, 100, 64L << 20);
    }

    /** The bytes of an archive's list of entries, on average generous ones. */
    long directoryBytesMax() {
        return (long) entriesMax * DIRECTORY_BYTES_PER_ENTRY_MAX;
    }

    /** Whether so many bytes out of an archive of that size are too good to be true. */
    boolean isBomb(long contentBytes, long archiveBytes) {
        return contentBytes > ratioFreeBytes && contentBytes / ratioMax > archiveBytes;
    }
}
