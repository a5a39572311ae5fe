package stagecoach.orchestrator.app.page.session;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * Counts keys that were wrong, by where they came from: after ten within a minute nobody is let try
 * another one from there until it is over. Addresses share a fixed number of counters, so that many
 * addresses take no more room than few.
 */
@Singleton
class WrongKeys {
    static final int MAX = 10;

    private static final Duration WITHIN = Duration.ofMinutes(1);
    private static final int COUNTERS = 4_096;

    private final Clock clock;
    private final int[] counts = new int[COUNTERS];
    private final Instant[] since = new Instant[COUNTERS];

    @Inject
    WrongKeys(Clock clock) {
        this.clock = clock;
        Arrays.fill(since, Instant.EPOCH);
    }

    /** Whether another key may be tried from an address now. */
    synchronized boolean mayTry(String address) {
        return counts[counter(address)] < MAX;
    }

    /** One more was wrong. */
    synchronized void wrong(String address) {
        counts[counter(address)]++;
    }

    private int counter(String address) {
        int counter = Math.floorMod(address.hashCode(), COUNTERS);
        Instant now = clock.instant();
        if (since[counter].plus(WITHIN).isBefore(now)) {
            since[counter] = now;
            counts[counter] = 0;
        }
        return counter;
    }
}
