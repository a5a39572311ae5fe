package stagecoach.orchestrator.app.audit;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.runtime.inbox.Inbox;

/** Takes in every event of every topic that is history. */
@ApplicationScoped
class FeedChannel {
    private final Inbox inbox;
    private final EventFeed feed;

    FeedChannel(Inbox inbox, EventFeed feed) {
        this.inbox = inbox;
        this.feed = feed;
    }

    @Incoming("feed")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handlePublished("orchestrator-feed", records, feed::keep);
    }
}
