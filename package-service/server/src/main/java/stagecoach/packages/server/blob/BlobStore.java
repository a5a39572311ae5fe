package stagecoach.packages.server.blob;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.commons.io.input.BoundedInputStream;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Content-addressed bytes: what {@link #has} says is there was verified when it came, and stays
 * through a crash. Any number of threads may use it at once. What may be deleted, and that one
 * digest is fetched only once, is for the callers to see to.
 *
 * <p>All methods block, and throw {@link IOException} when the storage fails.
 */
public interface BlobStore {

    /** Whether the whole, verified content is here. */
    boolean has(Sha512 digest) throws IOException;

    /** The length of the content in bytes, or empty where it is not here. */
    OptionalLong size(Sha512 digest) throws IOException;

    /**
     * Opens the content for reading at any position, or empty where it is not here. A channel that
     * is open stays readable when the blob is deleted or replaced meanwhile.
     */
    Optional<SeekableByteChannel> open(Sha512 digest) throws IOException;

    /**
     * Streams {@code length} bytes of the content beginning at {@code from} (fewer where the
     * content ends before), or empty where it is not here.
     */
    default Optional<InputStream> read(Sha512 digest, long from, long length) throws IOException {
        var opened = open(digest);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        var channel = opened.get();
        try {
            return Optional.of(
                    BoundedInputStream.builder()
                            .setInputStream(Channels.newInputStream(channel.position(from)))
                            .setMaxCount(length)
                            .get());
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Begins content whose digest is not known yet, such as an upload. */
    BlobDraft draft() throws IOException;

    /** How full the disk is that they lie on. */
    DiskRoom room() throws IOException;

    /**
     * Takes content that ought to have this digest, to its end; on a mismatch nothing is kept. Two
     * callers may put the same digest at once, and both succeed.
     */
    default PutOutcome put(Sha512 digest, InputStream content) throws IOException {
        try (var draft = draft()) {
            draft.writeAll(content, Long.MAX_VALUE);
            var actual = draft.seal();
            if (!actual.equals(digest)) {
                return new PutOutcome.Mismatch(actual, draft.size());
            }
            draft.keep();
            return new PutOutcome.Stored(draft.size());
        }
    }

    /**
     * Takes up a download where it was left, be it before a restart; a new one begins at 0 bytes.
     * Empty while someone else holds this digest's download, who will make it whole or leave it.
     */
    Optional<PartialBlob> partial(Sha512 digest) throws IOException;

    /**
     * The same where no digest is known, but something else that means the same bytes, such as
     * where they come from. It takes as long as reading what has come in earlier tries.
     */
    Optional<PartialBlob> partial(String name) throws IOException;

    /** Removes the content; whether it was there. */
    boolean delete(Sha512 digest) throws IOException;

    /**
     * Every digest that is here, in no order, as it stands while one reads; close the stream. A
     * storage that fails midway throws {@link java.io.UncheckedIOException}.
     */
    Stream<Sha512> list() throws IOException;

    /** Reads the content again and compares: what a disk did to it since it was stored. */
    Verification verify(Sha512 digest) throws IOException;
}
