package stagecoach.simulation.law;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.vocabulary.identity.DeploymentId;

/** Whether deployments begin in the time that they were asked for. */
final class ScheduleLaws {
    /** Those that are to wait, and until when. */
    private final Map<DeploymentId, Instant> notBefore = new HashMap<>();

    /** Those that are not to begin any more then. */
    private final Map<DeploymentId, Instant> notAfter = new HashMap<>();

    /** {@code now} is what the clock shows of the one who decided it. */
    void happened(DeploymentId deployment, DeploymentEvent event, Instant now) {
        switch (event) {
            case DeploymentQueued asked -> {
                asked.notBefore().ifPresent(time -> notBefore.put(deployment, time));
                asked.notAfter().ifPresent(time -> notAfter.put(deployment, time));
            }
            case DeploymentProceeded proceeded ->
                    proceeded.at().ifPresent(time -> notBefore.put(deployment, time));
            case DeploymentDue _ -> {
                @Nullable Instant time = notBefore.remove(deployment);
                if (time != null && now.isBefore(time)) {
                    throw broken("%s is due at %s, before %s".formatted(deployment, now, time));
                }
            }
            case DeploymentRetried _ -> {
                notBefore.remove(deployment);
                notAfter.remove(deployment);
            }
            case DeploymentStarted _ -> {
                @Nullable Instant first = notBefore.get(deployment);
                if (first != null) {
                    throw broken("%s starts, and is not due yet".formatted(deployment));
                }
                @Nullable Instant last = notAfter.remove(deployment);
                if (last != null && !now.isBefore(last)) {
                    throw broken(
                            "%s starts at %s, too late: it was to be given up at %s"
                                    .formatted(deployment, now, last));
                }
            }
            default -> {}
        }
    }

    private static Broken broken(String how) {
        return new Broken(Invariant.SCHEDULES_ARE_KEPT, how);
    }
}
