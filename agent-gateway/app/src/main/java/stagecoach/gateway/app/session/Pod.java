package stagecoach.gateway.app.session;

import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.UUID;

/** This gateway process: a new one after each start. */
@Singleton
class Pod {
    private final UUID id = UUID.randomUUID();

    /** Its id in the tables. */
    UUID id() {
        return id;
    }

    /**
     * The time that this process measures how long something takes with, since some moment of its
     * own: whoever corrects the computer's clock, be it by hours, has not made a machine silent by
     * that, nor a dead one live. Not to be compared with any other clock's.
     */
    static Instant uptime() {
        return Instant.EPOCH.plusNanos(System.nanoTime());
    }
}
