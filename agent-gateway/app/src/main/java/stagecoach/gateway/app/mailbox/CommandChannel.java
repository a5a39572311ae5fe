package stagecoach.gateway.app.mailbox;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.runtime.inbox.Inbox;

/** {@code stagecoach.agent-commands}: into the mailbox. */
@ApplicationScoped
public class CommandChannel {
    private final Inbox inbox;
    private final Mailbox mailbox;

    CommandChannel(Inbox inbox, Mailbox mailbox) {
        this.inbox = inbox;
        this.mailbox = mailbox;
    }

    @Incoming("agent-commands")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handleCommands(records, mailbox::take);
    }
}
