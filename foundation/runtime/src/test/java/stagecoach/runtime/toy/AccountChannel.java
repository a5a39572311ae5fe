package stagecoach.runtime.toy;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/** Hears of accounts and notes what it heard. */
@ApplicationScoped
class AccountChannel {
    private final Inbox inbox;

    AccountChannel(Inbox inbox) {
        this.inbox = inbox;
    }

    @Incoming("accounts")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle("toy-listener", records, AccountEvent.class, AccountChannel::hear);
    }

    /** Notes events; a deposit of {@code poison} cannot be understood. */
    static void hear(Tx tx, List<InboxEvent<AccountEvent>> events) {
        for (InboxEvent<AccountEvent> event : events) {
            if (event.event() instanceof AccountEvent.Deposited d
                    && d.reference().startsWith("poison")
                    && Antidote.missing()) {
                throw new IllegalStateException("poison");
            }
            tx.execute(
                    "INSERT INTO heard (handler, stream, version, what) VALUES (?1, ?2, ?3, ?4)",
                    event.handler(),
                    event.stream().value(),
                    event.version(),
                    event.event().toString());
        }
    }
}
