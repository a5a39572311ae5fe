package stagecoach.orchestrator.app.deployment;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * The machines of environments, read once for the many deployments that look at them one after the
 * other; and again when that was a while ago, for machines come and go meanwhile.
 */
final class RecentRosters {
    static final Duration RECENT = Duration.ofSeconds(1);

    private final Clock clock;
    private final Map<EnvironmentId, Seen> seen = new HashMap<>();

    RecentRosters(Clock clock) {
        this.clock = clock;
    }

    private record Seen(Roster roster, Instant at) {}

    /** The machines of {@code environment}, by {@code read} if they were not seen just now. */
    Roster of(EnvironmentId environment, Function<EnvironmentId, Roster> read) {
        Instant now = clock.instant();
        Seen found =
                seen.compute(
                        environment,
                        (where, before) ->
                                before != null && !before.at().plus(RECENT).isBefore(now)
                                        ? before
                                        : new Seen(read.apply(where), now));
        return found.roster();
    }
}
