package stagecoach.packages.feeds.transport;

/** The way that the bytes of a download take: it is told of them, and may make them wait. */
@FunctionalInterface
public interface Passage {
    /** So many came, and are in the sink. */
    void came(long bytes);

    /**
     * Waits until a file may begin to come, and gives the place back when it has, or when it does
     * not just now.
     */
    default Place enter() throws InterruptedException {
        return () -> {};
    }

    /** Held while a file comes. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * How many may come now, at least one; returns when they may.
     *
     * @param most so many are wanted
     */
    default long leave(long most) throws InterruptedException {
        return most;
    }
}
