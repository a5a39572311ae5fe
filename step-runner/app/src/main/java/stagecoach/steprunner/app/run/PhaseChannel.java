package stagecoach.steprunner.app.run;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.runtime.inbox.Inbox;

/** What the orchestrator says of deployments. */
@ApplicationScoped
class PhaseChannel {
    private final Inbox inbox;
    private final Phases phases;

    PhaseChannel(Inbox inbox, Phases phases) {
        this.inbox = inbox;
        this.phases = phases;
    }

    @Incoming("phases")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle("step-runner-phases", records, DeploymentEvent.class, phases);
    }
}
