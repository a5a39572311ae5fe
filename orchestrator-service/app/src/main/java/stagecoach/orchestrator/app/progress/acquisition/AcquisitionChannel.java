package stagecoach.orchestrator.app.progress.acquisition;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionCancelling;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackagePinned;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.RunId;

/** Keeps the rows of packages on their way by what the package-service tells. */
@ApplicationScoped
public class AcquisitionChannel {
    /** The handler's name. */
    public static final String HANDLER = "orchestrator-progress-acquisitions";

    private final Inbox inbox;

    AcquisitionChannel(Inbox inbox) {
        this.inbox = inbox;
    }

    @Incoming("progress-acquisitions")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, records, AcquisitionEvent.class, AcquisitionChannel::onEvents);
    }

    /** Writes what events of one run tell. */
    public static void onEvents(Tx tx, List<InboxEvent<AcquisitionEvent>> events) {
        for (InboxEvent<AcquisitionEvent> event : events) {
            var rows = new AcquisitionRows(tx, RunId.parse(event.stream().name()));
            Instant at = event.at();
            switch (event.event()) {
                case AcquisitionStarted started -> rows.begin(started);
                case PackagePinned pinned -> rows.pinned(pinned);
                case PackageStored stored -> rows.stored(stored);
                case PackageStoreFailed failed -> rows.storeFailed(failed, at);
                case PackageReplicated replicated -> rows.replicated(replicated, at);
                case ReplicationFailed failed -> rows.replicationFailed(failed, at);
                case TargetAcquiring acquiring -> rows.acquiring(acquiring, at);
                case TargetAcquired acquired -> rows.acquired(acquired, at);
                case TargetAcquisitionFailed failed -> rows.failed(failed, at);
                case IntegrityBroken broken -> rows.broken(broken, at);
                case AcquisitionCancelling cancelling -> {}
                case AcquisitionEnded ended -> rows.end(ended, at);
            }
        }
    }
}
