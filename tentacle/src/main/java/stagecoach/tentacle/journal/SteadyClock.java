package stagecoach.tentacle.journal;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time from a given moment on, as it really passes: when the machine's clock is put forward or
 * back, what is measured by this one is not.
 */
final class SteadyClock implements InstantSource {
    private final Instant begin;
    private final LongSupplier nanoTime;
    private final long beginNanos;

    /**
     * Goes on from {@code begin}.
     *
     * @param nanoTime counts nanoseconds, from any beginning
     */
    SteadyClock(Instant begin, LongSupplier nanoTime) {
        this.begin = begin;
        this.nanoTime = nanoTime;
        this.beginNanos = nanoTime.getAsLong();
    }

    /** Its counter. */
    long ticks() {
        return nanoTime.getAsLong();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanoTime.getAsLong() - beginNanos);
    }
}
