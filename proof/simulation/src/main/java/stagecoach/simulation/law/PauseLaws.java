package stagecoach.simulation.law;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.vocabulary.identity.DeploymentId;

/**
 * What is judged of deployments that wait for a person: they take no place among those under way,
 * and no time that passes meanwhile counts against them.
 */
final class PauseLaws {
    /** What crashes and late messages may cost. */
    private static final Duration GRACE = Duration.ofMinutes(50);

    private final Map<DeploymentId, Life> lives;
    private final int tasksMax;
    private final Set<DeploymentId> wanted = new HashSet<>();
    private final Map<DeploymentId, Long> mightStartSince = new HashMap<>();

    PauseLaws(Map<DeploymentId, Life> lives, int tasksMax) {
        this.lives = lives;
        this.tasksMax = tasksMax;
    }

    void wantsCancel(DeploymentId deployment) {
        wanted.add(deployment);
    }

    /** Time alone cancels nothing. */
    void happened(DeploymentId deployment, DeploymentEvent event) {
        if (event instanceof CancelRequested && !wanted.contains(deployment)) {
            throw new Broken(
                    Invariant.PAUSES_COST_NOTHING,
                    "%s is cancelled, and nobody has wanted that".formatted(deployment));
        }
    }

    /** Whoever is next and has a place begins soon, however many wait for a person. */
    void look(long millis) {
        long underWay =
                lives.values().stream().filter(life -> life.hasSlot() && !isPaused(life)).count();
        for (var entry : lives.entrySet()) {
            if (underWay >= tasksMax || !isNext(entry.getValue())) {
                mightStartSince.remove(entry.getKey());
                continue;
            }
            long since = mightStartSince.computeIfAbsent(entry.getKey(), _ -> millis);
            if (millis - since > GRACE.toMillis()) {
                throw new Broken(
                        Invariant.PAUSES_COST_NOTHING,
                        "%s waits, although %d of %d are under way and the others wait for a person"
                                .formatted(entry.getKey(), underWay, tasksMax));
            }
        }
    }

    private static boolean isPaused(Life life) {
        return life.paused && life.cancelDeadline == null;
    }

    private boolean isNext(Life life) {
        return isInLine(life)
                && lives.values().stream()
                        .filter(other -> other != life)
                        .filter(other -> other.asked.project().equals(life.asked.project()))
                        .noneMatch(
                                other ->
                                        other.hasSlot()
                                                || (isInLine(other)
                                                        && other.queueNumber < life.queueNumber));
    }

    private static boolean isInLine(Life life) {
        return !life.started && !life.ended && !life.scheduled && !life.staged;
    }
}
