package stagecoach.simulation.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/** The world's time: what is to happen happens in the order of its times, and nothing else does. */
public final class Timeline {
    private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(
                    Comparator.comparingLong(Entry::atMillis).thenComparingLong(Entry::number));
    private long millis;
    private long number;
    private Duration jumped = Duration.ZERO;

    private record Entry(long atMillis, long number, Runnable happening) {}

    /** How long the world has existed, whatever its clocks say. */
    public long millis() {
        return millis;
    }

    /** What every clock shows. */
    public Instant clock() {
        return BEGINNING.plusMillis(millis).plus(jumped);
    }

    /** Moves every clock at once. */
    public void jump(Duration by) {
        jumped = jumped.plus(by);
    }

    /** Lets something happen in so many milliseconds. */
    public void after(long delayMillis, Runnable happening) {
        entries.add(new Entry(millis + Math.max(0, delayMillis), number++, happening));
    }

    /** How long until the clocks show {@code at}, in milliseconds; 0 if they did. */
    public long until(Instant at) {
        long until = Duration.between(clock(), at).toMillis();
        return at.isAfter(clock()) ? Math.max(1, until) : 0;
    }

    /** Lets the next thing happen; false if nothing is to. */
    public boolean next() {
        var entry = entries.poll();
        if (entry == null) {
            return false;
        }
        millis = Math.max(millis, entry.atMillis());
        entry.happening().run();
        return true;
    }
}
