package stagecoach.packages.app.replication;

/** What came of bringing a package into a cache. */
public sealed interface FillOutcome {
    /**
     * The cache holds it, verified.
     *
     * @param bytes that crossed the link for it; 0 if the cache held it
     * @param bytesResumed already there from an interrupted try
     * @param attempts downloads and contacts, at least 1
     */
    record Filled(long bytes, long bytesResumed, int attempts) implements FillOutcome {}

    /** It could not be brought there, and why. */
    record NotFilled(String reason) implements FillOutcome {}

    /** Nobody waited any more, so it was left; what came stays in the cache for another time. */
    record Abandoned() implements FillOutcome {}
}
