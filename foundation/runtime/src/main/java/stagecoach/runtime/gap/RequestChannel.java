package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.contracts.channel.StreamRequest.RepublishRequested;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.store.EventStore;

/** Publishes events again that somebody misses, if they are of this service. */
@ApplicationScoped
class RequestChannel {
    private final Inbox inbox;
    private final EventStore store;
    private final UnitOfWork unitOfWork;
    private final Doorbell doorbell;

    RequestChannel(Inbox inbox, EventStore store, UnitOfWork unitOfWork, Doorbell doorbell) {
        this.inbox = inbox;
        this.store = store;
        this.unitOfWork = unitOfWork;
        this.doorbell = doorbell;
    }

    @Incoming("requests")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handleRequests(records, this::answer);
    }

    private void answer(Tx tx, List<StreamRequest> requests) {
        for (StreamRequest request : requests) {
            switch (request) {
                case RepublishRequested(var stream, var from, var upTo) -> {
                    int events = store.republish(tx, stream, from, upTo);
                    if (events > 0) {
                        Log.warnf(
                                "Events are published again, since somebody misses them. stream=%s from=%d upTo=%d events=%d",
                                stream, from, upTo, events);
                        unitOfWork.afterCommit(tx, doorbell::ring);
                    }
                }
            }
        }
    }
}
