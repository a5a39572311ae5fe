package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import stagecoach.orchestrator.needs.Roster;

/**
 * What the one who gives a command sees at that moment.
 *
 * @param at when that is
 * @param patience how long a run may wait for machines at which it would fail; zero for not at all
 */
public record Observation(Roster roster, Instant at, Duration patience) {}
