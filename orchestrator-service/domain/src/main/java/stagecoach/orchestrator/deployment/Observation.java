package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Settled;

/**
 * What the one who gives a command sees at that moment.
 *
 * @param at when that is
 * @param patience how long a run may wait for machines at which it would fail; zero for not at all
 * @param settled where steps are known to be left out
 */
public record Observation(Roster roster, Instant at, Duration patience, Settled settled) {
    /** One of a deployment of whose conditions nothing is known beforehand. */
    public Observation(Roster roster, Instant at, Duration patience) {
        this(roster, at, patience, Settled.NOTHING);
    }
}
