package stagecoach.runtime.gap;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.channel.StreamRequest;
import stagecoach.contracts.channel.StreamRequest.DeploymentsRetired;
import stagecoach.contracts.channel.StreamRequest.EventsForgotten;
import stagecoach.contracts.channel.StreamRequest.RepublishRequested;
import stagecoach.contracts.channel.StreamRequest.StreamsRetired;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.retirement.Retirement;
import stagecoach.runtime.store.Doorbell;
import stagecoach.runtime.store.EventStore;
import stagecoach.runtime.streams.RequestPublisher;

/**
 * Publishes events again that somebody misses, if they are of this service, and lets go of what is
 * kept no longer.
 */
@ApplicationScoped
class RequestChannel {
    private final Inbox inbox;
    private final EventStore store;
    private final UnitOfWork unitOfWork;
    private final Doorbell doorbell;
    private final Retirement retirement;
    private final RequestPublisher publisher;

    RequestChannel(
            Inbox inbox,
            EventStore store,
            UnitOfWork unitOfWork,
            Doorbell doorbell,
            Retirement retirement,
            RequestPublisher publisher) {
        this.inbox = inbox;
        this.store = store;
        this.unitOfWork = unitOfWork;
        this.doorbell = doorbell;
        this.retirement = retirement;
        this.publisher = publisher;
    }

    @Incoming("requests")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handleRequests(records, this::answer);
    }

    private void answer(Tx tx, List<StreamRequest> requests) {
        var forgotten = new ArrayList<EventsForgotten>();
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
                    forgotten.addAll(Holes.within(tx, stream, from, upTo));
                }
                case EventsForgotten hole -> Holes.pass(tx, hole);
                case DeploymentsRetired(var deployments) -> retirement.retire(tx, deployments);
                case StreamsRetired(var streams) -> retirement.forget(tx, streams);
            }
        }
        if (!forgotten.isEmpty()) {
            // Lost on its way, it is asked for again.
            unitOfWork.afterCommit(tx, () -> publisher.send(forgotten));
        }
    }
}
