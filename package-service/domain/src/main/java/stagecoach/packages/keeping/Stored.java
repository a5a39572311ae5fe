package stagecoach.packages.keeping;

import java.time.Instant;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A package whose bytes the server keeps.
 *
 * @param feed the built-in one, or the one outside that it came from
 * @param usedAt when it was last pushed or fetched, read or asked for
 * @param leased whether something that is kept or open needs it
 */
public record Stored(FeedId feed, PackagePin pin, Instant usedAt, boolean leased) {
    boolean isOutside() {
        return !feed.equals(FeedId.BUILT_IN);
    }
}
