package stagecoach.orchestrator.app.progress;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/** Warns of targets that came too late for a deployment. */
@ApplicationScoped
class MissedTargetChannel {
    private final Inbox inbox;

    MissedTargetChannel(Inbox inbox) {
        this.inbox = inbox;
    }

    @Incoming("progress-deployments")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(
                "orchestrator-progress-deployments",
                records,
                DeploymentEvent.class,
                MissedTargetChannel::onEvents);
    }

    private static void onEvents(Tx tx, List<InboxEvent<DeploymentEvent>> events) {
        for (InboxEvent<DeploymentEvent> event : events) {
            if (event.event() instanceof TargetMissed missed) {
                Warnings.add(
                        tx,
                        event.stream().name(),
                        null,
                        missed.target().value(),
                        "came too late: " + missed.reason(),
                        event.at());
            }
        }
    }
}
