package stagecoach.simulation.tale;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/** What has happened so far, newest last; what is very long ago is forgotten. */
public final class Tale {
    private static final int LINES_MAX = 4_000;

    private final LongSupplier millis;
    private final Deque<String> lines = new ArrayDeque<>();

    /** An empty tale; {@code millis} tells how long the world has existed. */
    public Tale(LongSupplier millis) {
        this.millis = millis;
    }

    /** {@code who} does or suffers {@code what}. */
    public void tell(String who, String what) {
        lines.addLast("%10.3f s  %-14s %s".formatted(millis.getAsLong() / 1000.0, who, what));
        if (lines.size() > LINES_MAX) {
            lines.removeFirst();
        }
    }

    /** All of it. */
    public List<String> lines() {
        return List.copyOf(lines);
    }
}
