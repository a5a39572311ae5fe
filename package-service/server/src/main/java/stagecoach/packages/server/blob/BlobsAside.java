package stagecoach.packages.server.blob;

import java.io.IOException;
import java.util.List;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Content that is out of the way and not yet gone: nobody reads it as a blob. Whatever is stored
 * anew takes its place.
 */
public interface BlobsAside {

    /**
     * Takes damaged content out of the way, so that nobody reads it as what it is not; it is kept
     * until it is here again, or {@link #markDamaged}.
     *
     * @return whether it was there
     */
    boolean setAside(Sha512 digest) throws IOException;

    /**
     * Gives up what was set aside, since nobody has it; but if it is what it ought to be, it gets
     * its place again.
     *
     * @return whether it is there again
     */
    boolean putBack(Sha512 digest) throws IOException, InterruptedException;

    /** Gives up what was set aside, whatever it is. */
    void dropAside(Sha512 digest) throws IOException;

    /** Removes damaged content; only that it was damaged is kept, until it is here again. */
    void markDamaged(Sha512 digest) throws IOException;

    /** What was damaged and is not here again. */
    List<Sha512> damaged() throws IOException;
}
