package stagecoach.packages.feeds.transport;

/** The way that the bytes of a download take: it is told of them, and may slow them down. */
@FunctionalInterface
public interface Passage {
    /** So many came, and are in the sink. */
    void came(long bytes);

    /**
     * How many may come now, at least one; returns when they may.
     *
     * @param most so many are wanted
     */
    default long leave(long most) throws InterruptedException {
        return most;
    }
}
