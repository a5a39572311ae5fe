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

    /** Purges the bytes. */
    void discard() throws IOException;
}
