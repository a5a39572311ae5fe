package stagecoach.packages.server.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import stagecoach.vocabulary.packages.Sha512;

/** What a second look at stored content found. */
public sealed interface Verification {

    /** The content still has its digest. */
    record Intact() implements Verification {}

    /** The content has changed since it was stored, and is still there. */
    record Broken(Sha512 actual) implements Verification {}

    /** There is no such content. */
    record Absent() implements Verification {}

    /** Reads content to its end, no faster than it may be, and compares it with a digest. */
    static Verification of(SeekableByteChannel content, Sha512 digest, Pace pace)
            throws IOException, InterruptedException {
        var hasher = Sha512.hasher();
        var buffer = ByteBuffer.allocate(1 << 16);
        while (content.read(buffer) >= 0) {
            int read = buffer.position();
            hasher.update(buffer.flip());
            buffer.clear();
            pace.took(read);
        }
        var actual = Sha512.finish(hasher);
        return actual.equals(digest) ? new Intact() : new Broken(actual);
    }
}
