package stagecoach.contracts.acquisition;

import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;

/**
 * Who gave a target its bytes.
 *
 * @param cache which, of a cache
 * @param feed which, of a feed
 */
public record ServedBy(Kind kind, Optional<CacheId> cache, Optional<FeedId> feed) {
    /** No feed. */
    public ServedBy(Kind kind, Optional<CacheId> cache) {
        this(kind, cache, Optional.empty());
    }

    /** A feed outside. */
    public static ServedBy feed(FeedId feed) {
        return new ServedBy(Kind.FEED, Optional.empty(), Optional.of(feed));
    }

    /** The kinds of holders. */
    public enum Kind {
        /** The target had it already, verified. */
        HELD,
        CACHE,
        /** The feed outside that the package is from. */
        FEED,
        /** The gateway's bytes port. */
        SERVER
    }
}
