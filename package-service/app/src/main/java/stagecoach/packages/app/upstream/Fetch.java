package stagecoach.packages.app.upstream;

import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.vocabulary.packages.PackagePin;

/** What has become of fetching a package from its feed. */
public sealed interface Fetch {
    /**
     * It is in the store.
     *
     * @param bytes that crossed the link for it just now; 0 if it was here
     * @param attempts that this took
     */
    record Here(PackagePin pin, long bytes, int attempts) implements Fetch {}

    /** It is being fetched; how far that is, in words. */
    record Underway(String sentence) implements Fetch {}

    /** It does not fit onto the disk of packages; for people, who can make room. */
    record NoRoom(String sentence) implements Fetch {}

    /** It cannot be had; why, in words. */
    record Failed(FeedException.Kind kind, String sentence) implements Fetch {}
}
