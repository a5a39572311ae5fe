package stagecoach.runtime.outbox;

/**
 * How soon one may go again: at once as long as one has rested before, and so many times a second
 * if it goes on for long (a token bucket). What is done rarely is thereby done at once, and what is
 * done all the time in larger portions. Not for two threads.
 */
final class Pace {
    private final long nanosEach;
    private final long nanosSavedMax;

    /** When the next one would be due if one had gone steadily; before now by what was saved. */
    private long due;

    /**
     * Rested.
     *
     * @param aSecond how often in the long run
     * @param atOnceMax how often without any pause, after a rest
     * @param now {@link System#nanoTime()}
     */
    Pace(int aSecond, int atOnceMax, long now) {
        this.nanosEach = 1_000_000_000L / aSecond;
        this.nanosSavedMax = nanosEach * (atOnceMax - 1);
        this.due = now - nanosSavedMax;
    }

    /** Takes one turn, and says how many nanoseconds after {@code now} it is. */
    long next(long now) {
        long turn = Math.max(due, now - nanosSavedMax);
        due = turn + nanosEach;
        return Math.max(0, turn - now);
    }
}
