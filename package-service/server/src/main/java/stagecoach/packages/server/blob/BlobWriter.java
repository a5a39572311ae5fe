package stagecoach.packages.server.blob;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SeekableByteChannel;
import stagecoach.vocabulary.packages.Sha512;

/** Content on its way into a store, hashed as it is written; for one thread at a time. */
public sealed interface BlobWriter extends Closeable permits BlobDraft, PartialBlob {

    /** The bytes written so far. */
    long size() throws IOException;

    /** Adds bytes at the end. */
    void write(byte[] bytes, int from, int length) throws IOException;

    /** Ends the writing and tells the digest of what was written; repeatable. */
    Sha512 seal() throws IOException;

    /** Opens what was written for inspection, after {@link #seal}. */
    SeekableByteChannel open() throws IOException;

    /** Writes to the disk what may still be on its way there, so that storing it is quick. */
    void flush() throws IOException;

    /**
     * Adds what the stream gives, until it ends or has given {@code bytesMax} bytes.
     *
     * @return how many bytes were added
     */
    default long writeAll(InputStream content, long bytesMax) throws IOException {
        var buffer = new byte[1 << 16];
        var added = 0L;
        while (added < bytesMax) {
            var read = content.read(buffer, 0, (int) Math.min(buffer.length, bytesMax - added));
            if (read < 0) {
                break;
            }
            write(buffer, 0, read);
            added += read;
        }
        return added;
    }
}
