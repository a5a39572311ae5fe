package stagecoach.contracts.acquisition;

import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;

/** Who gave a target its bytes. */
public record ServedBy(Kind kind, Optional<CacheId> cache) {
    /** The kinds of holders. */
    public enum Kind {
        /** The target had it already, verified. */
        HELD,
        CACHE,
        FEED,
        /** The gateway's bytes port. */
        SERVER
    }
}
