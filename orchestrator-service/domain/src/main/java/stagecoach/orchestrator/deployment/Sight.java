package stagecoach.orchestrator.deployment;

import java.time.Instant;
import java.util.Optional;
import stagecoach.orchestrator.needs.Roster;

/**
 * What the one who gives a command sees at that moment.
 *
 * @param arrivalsUntil until when a run may wait for machines at which it would fail; empty if it
 *     shall not wait
 */
public record Sight(Roster roster, Optional<Instant> arrivalsUntil) {}
