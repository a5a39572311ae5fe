package stagecoach.packages.server.blob;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Content that its writer may still throw away: closing it without {@link #keep} leaves nothing.
 */
public non-sealed interface BlobDraft extends BlobWriter {

    /** Ends the writing and tells the digest of what was written; repeatable. */
    Sha512 seal() throws IOException;

    /** Opens what was written for inspection, after {@link #seal}. */
    SeekableByteChannel open() throws IOException;

    /** Writes to the disk what may still be on its way there, so that {@link #keep} is quick. */
    void flush() throws IOException;

    /** Makes the content part of the store, durably, before it returns. */
    void keep() throws IOException;
}
