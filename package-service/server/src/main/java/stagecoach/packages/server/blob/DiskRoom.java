package stagecoach.packages.server.blob;

/**
 * How full a disk is.
 *
 * @param usable bytes that can still be written
 * @param total bytes that it has
 */
public record DiskRoom(long usable, long total) {

    /** How many bytes must go until so much of the disk is free; 0 if it is. */
    public long missing(int freePercent) {
        return Math.max(0, Math.ceilDiv(total, 100) * freePercent - usable);
    }
}
