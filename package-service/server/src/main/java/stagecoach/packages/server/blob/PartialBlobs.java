package stagecoach.packages.server.blob;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Downloads that are taken up where they were left. An object storage has no object that grows, nor
 * one that can be read before it is whole: there they lie elsewhere until they have come to an end.
 */
public interface PartialBlobs {

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

    /** How many bytes a download of it has left, or has brought so far. */
    long partialSize(Sha512 digest) throws IOException;

    /**
     * Removes downloads that nobody has gone on with since then.
     *
     * @return how many
     */
    int forgetPartials(Instant before) throws IOException;
}
