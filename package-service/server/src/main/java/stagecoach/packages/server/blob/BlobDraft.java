package stagecoach.packages.server.blob;

import java.io.IOException;

/**
 * Content that its writer may still throw away: closing it without {@link #keep} leaves nothing.
 */
public non-sealed interface BlobDraft extends BlobWriter {

    /** Makes the content part of the store, durably, before it returns. */
    void keep() throws IOException;
}
