package stagecoach.gateway.app.session;

import java.time.Instant;

/**
 * Time that only measures how long something takes: whoever corrects the computer's clock, be it by
 * hours, has not made a machine silent by that, nor a dead one live.
 */
final class Uptime {
    private Uptime() {}

    /** Now, since some moment of its own; not to be compared with any other clock's. */
    static Instant now() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
