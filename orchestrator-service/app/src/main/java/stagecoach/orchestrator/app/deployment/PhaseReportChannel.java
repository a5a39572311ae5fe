package stagecoach.orchestrator.app.deployment;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.Run;

/** Hears from the services that run phases that a run has ended. */
@ApplicationScoped
class PhaseReportChannel {
    private final Inbox inbox;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final Observations observations;
    private final Clock clock;

    PhaseReportChannel(
            Inbox inbox,
            CommandHandler commands,
            DeploymentKind kind,
            Observations observations,
            Clock clock) {
        this.inbox = inbox;
        this.commands = commands;
        this.kind = kind;
        this.observations = observations;
        this.clock = clock;
    }

    @Incoming("deployment-steps")
    Uni<Void> onSteps(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(
                "orchestrator-deployment-steps", records, StepRunEvent.class, this::onStepEvents);
    }

    @Incoming("deployment-acquisitions")
    Uni<Void> onAcquisitions(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(
                "orchestrator-deployment-acquisitions",
                records,
                AcquisitionEvent.class,
                this::onAcquisitionEvents);
    }

    private void onStepEvents(Tx tx, List<InboxEvent<StepRunEvent>> events) {
        for (var event : events) {
            if (event.event() instanceof StepRunEnded ended) {
                end(tx, event, EndPhase.of(runOf(event), ended, observation(tx, event)));
            }
        }
    }

    private void onAcquisitionEvents(Tx tx, List<InboxEvent<AcquisitionEvent>> events) {
        for (var event : events) {
            if (event.event() instanceof AcquisitionEnded(var outcome, var reason, var missing)) {
                end(
                        tx,
                        event,
                        new EndPhase(
                                runOf(event),
                                outcome,
                                reason,
                                List.of(),
                                missing,
                                observation(tx, event)));
            }
        }
    }

    private void end(Tx tx, InboxEvent<?> event, EndPhase command) {
        var deployment = place(event).deployment().orElseThrow(() -> placeless(event));
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(deployment),
                List.of(command),
                Cause.byEvent(event, clock));
    }

    private Observation observation(Tx tx, InboxEvent<?> event) {
        var environment = place(event).environment().orElseThrow(() -> placeless(event));
        return observations.of(tx, environment, Cause.byEvent(event, clock).at());
    }

    private static Run runOf(InboxEvent<?> event) {
        return place(event).run().orElseThrow(() -> placeless(event));
    }

    private static EventAttributes place(InboxEvent<?> event) {
        return event.attributes();
    }

    private static IllegalStateException placeless(InboxEvent<?> event) {
        return new IllegalStateException(
                event.id() + " does not say of which run of which deployment it is");
    }
}
