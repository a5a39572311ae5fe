package stagecoach.contracts.packages;

import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackagePin;

/** What becomes of the bytes of a package that is kept; stream {@code package-<sha512>}. */
public sealed interface PackageEvent {
    /**
     * A package is no longer in the feed: nobody needed it. One of a feed outside is no longer on
     * the server, which fetches the same bytes again when somebody wants them.
     *
     * @param feed the one outside that it had come from; empty for the built-in one
     * @param reason in words
     */
    record PackageRemoved(PackagePin pin, Optional<FeedId> feed, Why why, String reason)
            implements PackageEvent {}

    /**
     * A cache does not hold a package any more; it is pulled again when somebody needs it there.
     *
     * @param reason in words
     */
    record PackageDropped(PackagePin pin, CacheId cache, Why why, String reason)
            implements PackageEvent {}

    /**
     * Somebody's copy of a package was no longer what it had been, and nobody gets it from there.
     *
     * @param holder {@code the server}, or {@code cache eu-1}
     */
    record PackageDamaged(PackagePin pin, String holder) implements PackageEvent {}

    /**
     * The server has got back a package that it had lost.
     *
     * @param from {@code cache eu-1}, or {@code feed nuget-org}
     */
    record PackageRepaired(PackagePin pin, String from) implements PackageEvent {}

    /**
     * The server has lost a package, and nobody could give it back; until it is pushed again, or
     * somebody can, it is not offered.
     *
     * @param reason in words
     */
    record PackageLost(PackagePin pin, String reason) implements PackageEvent {}

    /** Why something was removed. */
    enum Why {
        /** The settings say so. */
        RETENTION,
        /** The disk had too little room; this was used the longest time ago. */
        DISK,
        /** A person said so. */
        PERSON,
        /** The server does not keep it any more, or it went by itself. */
        GONE
    }
}
