package stagecoach.contracts.packages;

import stagecoach.vocabulary.packages.PackagePin;

/** What becomes of the bytes of a package that is kept; stream {@code package-<sha512>}. */
public sealed interface PackageEvent {
    /**
     * A package is no longer in the feed: nobody needed it.
     *
     * @param reason in words
     */
    record PackageRemoved(PackagePin pin, Why why, String reason) implements PackageEvent {}

    /** Why something was removed. */
    enum Why {
        /** The settings say so. */
        RETENTION,
        /** The disk had too little room; this was used the longest time ago. */
        DISK,
        /** A person said so. */
        PERSON
    }
}
