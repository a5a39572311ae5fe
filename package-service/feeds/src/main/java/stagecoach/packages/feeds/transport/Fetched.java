package stagecoach.packages.feeds.transport;

/**
 * What it took to have a package.
 *
 * @param bytes that crossed the link, those of failed attempts among them
 * @param bytesResumed that were there from an earlier attempt and did not cross it again
 * @param attempts at least 1
 * @param confirmed whether the feed told the digest, or it was known, and the bytes have it
 */
public record Fetched(long bytes, long bytesResumed, int attempts, boolean confirmed) {}
