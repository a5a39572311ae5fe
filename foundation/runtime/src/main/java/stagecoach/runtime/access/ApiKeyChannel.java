package stagecoach.runtime.access;

import io.quarkus.arc.properties.IfBuildProperty;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/**
 * Learns API keys from the service that owns them. That one writes its table itself and says {@code
 * stagecoach.api-keys.projected=false}.
 */
@ApplicationScoped
@IfBuildProperty(
        name = "stagecoach.api-keys.projected",
        stringValue = "true",
        enableIfMissing = true)
class ApiKeyChannel {
    private final Inbox inbox;
    private final KeyCheck keys;
    private final String handler;

    ApiKeyChannel(
            Inbox inbox,
            KeyCheck keys,
            @ConfigProperty(name = "stagecoach.service") String service) {
        this.inbox = inbox;
        this.keys = keys;
        this.handler = service + "-api-keys";
    }

    @Incoming("api-keys")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(handler, records, ConfigurationEvent.class, this::onEvents);
    }

    private void onEvents(Tx tx, List<InboxEvent<ConfigurationEvent>> events) {
        for (InboxEvent<ConfigurationEvent> event : events) {
            if (event.event() instanceof ConfigurationChanged changed
                    && changed.kind() == ConfigurationEvent.Kind.API_KEY) {
                if (changed.document().orElse(null) instanceof ApiKey key) {
                    keys.put(tx, key);
                } else {
                    keys.remove(tx, changed.id());
                }
            }
        }
    }
}
