package stagecoach.packages.server.blob;

import java.io.IOException;

/**
 * The download of one digest: closing it keeps the bytes for the next try, which asks its source
 * for the rest from {@link #size} on.
 */
public non-sealed interface PartialBlob extends BlobWriter {

    /**
     * Says that all bytes have come. Those that have the digest become part of the store, durably,
     * before this returns; any others are purged, so that the next try begins at 0.
     */
    PutOutcome complete() throws IOException;

    /**
     * Reads what has come in earlier tries, which its digest needs. It takes as long as the disk
     * does, minutes for gigabytes, so it is for before a source is asked, which would not wait.
     */
    void prepare() throws IOException;

    /** Purges the bytes. */
    void discard() throws IOException;
}
