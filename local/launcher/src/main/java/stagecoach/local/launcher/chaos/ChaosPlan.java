package stagecoach.local.launcher.chaos;

import java.time.Duration;

/**
 * What a run of chaos is to be.
 *
 * @param seed draws everything that is chance
 * @param time how long new deployments are begun and faults are done; what is under way then is
 *     waited for
 * @param deployments how many are under way at once
 * @param pods of each service
 */
public record ChaosPlan(long seed, Duration time, int deployments, int pods) {
    private static final Duration OUTAGE_MAX = Duration.ofSeconds(60);

    /** How long a broker or a database is away: a minute, unless the whole run is short. */
    public Duration outage() {
        Duration sixth = time.dividedBy(6);
        return sixth.compareTo(OUTAGE_MAX) < 0 ? sixth : OUTAGE_MAX;
    }
}
