package stagecoach.tentacle.install;

/**
 * How much a package may hold.
 *
 * @param entriesMax files and folders
 * @param bytesMax unpacked bytes, whatever the package's size
 * @param ratioMax unpacked bytes for each packed one, beyond the slack
 * @param slackBytes unpacked bytes that are allowed in any case
 */
record ArchiveLimits(int entriesMax, long bytesMax, int ratioMax, long slackBytes) {
    /** What the server takes, and no less; its ratio is stricter. */
    static final ArchiveLimits USUAL = new ArchiveLimits(65_535, 32L << 30, 200, 64L << 20);

    long bytesMax(long packedBytes) {
        return Math.min(bytesMax, packedBytes * ratioMax + slackBytes);
    }
}
