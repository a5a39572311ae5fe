package stagecoach.packages.server.blob;

import java.io.IOException;
import java.util.Optional;

/**
 * The download of one digest, or of what only its source knows: closing it keeps the bytes for the
 * next try, which asks that source for the rest from {@link #size} on.
 */
public non-sealed interface PartialBlob extends BlobWriter {

    /** By which tag the source knew the bytes that have come; empty where it gave none. */
    Optional<String> tag();

    /**
     * Says so of those that come now. Where no digest is known, bytes without a tag are not kept:
     * nobody could say of which ones the rest is the rest.
     *
     * @param source the tag that the source gives
     */
    void tag(Optional<String> source) throws IOException;

    /**
     * Says that all bytes have come. Those that have the digest, if it is known, become part of the
     * store, durably, before this returns; any others are purged, so that the next try begins at 0.
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
