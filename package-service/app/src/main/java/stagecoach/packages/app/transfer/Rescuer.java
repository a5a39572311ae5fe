package stagecoach.packages.app.transfer;

import java.io.IOException;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/** Gets back what the central store has lost. */
public interface Rescuer {
    /** What came of it. */
    sealed interface Rescued {
        /** It is in the store again, verified. */
        record From(CacheId cache) implements Rescued {}

        /**
         * No cache could give it.
         *
         * @param reason in words
         */
        record ByNobody(String reason) implements Rescued {}
    }

    /**
     * Gets a package back, if a cache holds it.
     *
     * @throws IOException if our own disk fails
     */
    Rescued rescue(PackagePin pin) throws IOException, InterruptedException;
}
