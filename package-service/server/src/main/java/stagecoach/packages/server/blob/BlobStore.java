package stagecoach.packages.server.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
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
 * <p>It asks for no more than an object storage has: an object that comes whole or not at all, its
 * length, ranges of it, a list, and deleting; nothing is renamed, and nothing grows that is there.
 *
 * <p>All methods block, and throw {@link IOException} when the storage fails.
 */
public interface BlobStore {

    /** Whether the whole, verified content is here. */
    boolean has(Sha512 digest) throws IOException;

    /** The same where nothing checked can be thrown: a storage that fails is unchecked. */
    default boolean hasUnchecked(Sha512 digest) {
        try {
            return has(digest);
        } catch (IOException e) {
            throw new UncheckedIOException("The store cannot be looked into.", e);
        }
    }

    /** The length of the content in bytes, or empty where it is not here. */
    OptionalLong size(Sha512 digest) throws IOException;

    /**
     * Opens the content for reading at any position, or empty where it is not here. Who reads it
     * while the blob is deleted or replaced goes on with the same bytes, or fails.
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

    /**
     * Where the content lies if it is here, for those who have the system send files without
     * reading them; empty where content lies in no files. It does not look, and does not block.
     */
    default Optional<Path> asFile(Sha512 digest) {
        return Optional.empty();
    }

    /** Begins content whose digest is not known yet, such as an upload. */
    BlobDraft draft() throws IOException;

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

    /** Removes the content; whether it was there. */
    boolean delete(Sha512 digest) throws IOException;

    /**
     * Every digest that is here, in no order, as it stands while one reads; close the stream. A
     * storage that fails midway throws {@link UncheckedIOException}.
     */
    Stream<Sha512> list() throws IOException;

    /** Reads the content again and compares: what a disk did to it since it was stored. */
    default Verification verify(Sha512 digest) throws IOException {
        try {
            return verify(digest, new Pace(0));
        } catch (InterruptedException e) {
            throw new IllegalStateException("without a pace nobody waits", e);
        }
    }

    /** The same, no faster than it may be. */
    default Verification verify(Sha512 digest, Pace pace) throws IOException, InterruptedException {
        var opened = open(digest);
        if (opened.isEmpty()) {
            return new Verification.Absent();
        }
        try (var channel = opened.get()) {
            return Verification.of(channel, digest, pace);
        }
    }
}
