package stagecoach.simulation.engine;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Rings when the earliest of some times has come. It may ring too often, never too late; after a
 * jump of the clock it must be {@link #set} again.
 */
public final class Alarm {
    private final Timeline time;
    private final Supplier<Optional<Instant>> earliest;
    private final Runnable ring;
    private long setting;

    /** An alarm that is not set. */
    public Alarm(Timeline time, Supplier<Optional<Instant>> earliest, Runnable ring) {
        this.time = time;
        this.earliest = earliest;
        this.ring = ring;
    }

    /** Looks anew when it must ring. */
    public void set() {
        long mine = ++setting;
        earliest.get()
                .ifPresent(
                        at ->
                                time.after(
                                        time.until(at),
                                        () -> {
                                            if (mine == setting) {
                                                ring.run();
                                            }
                                        }));
    }
}
