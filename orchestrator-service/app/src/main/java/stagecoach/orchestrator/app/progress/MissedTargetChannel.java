package stagecoach.orchestrator.app.progress;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/**
 * Warns of targets that came too late for a deployment. Of those that were excluded, the deployment
 * itself warns at once; here it is said again, so that all warnings follow from what is published.
 */
@ApplicationScoped
public class MissedTargetChannel {
    /** The handler's name. */
    public static final String HANDLER = "orchestrator-progress-deployments";

    private final Inbox inbox;

    MissedTargetChannel(Inbox inbox) {
        this.inbox = inbox;
    }

    @Incoming("progress-deployments")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, records, DeploymentEvent.class, MissedTargetChannel::onEvents);
    }

    /** Writes what events of one deployment tell. */
    public static void onEvents(Tx tx, List<InboxEvent<DeploymentEvent>> events) {
        for (InboxEvent<DeploymentEvent> event : events) {
            if (event.event() instanceof TargetMissed missed) {
                Warnings.add(
                        tx,
                        event.stream().name(),
                        null,
                        missed.target().value(),
                        "came too late: " + missed.reason(),
                        event.at());
            } else if (event.event() instanceof TargetExcluded excluded) {
                Warnings.add(
                        tx,
                        event.stream().name(),
                        null,
                        excluded.target().value(),
                        excluded.reason(),
                        event.at());
            }
        }
    }
}
