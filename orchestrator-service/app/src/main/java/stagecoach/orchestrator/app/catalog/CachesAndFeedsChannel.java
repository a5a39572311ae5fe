package stagecoach.orchestrator.app.catalog;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/**
 * What other services configure, as far as the catalog must know it: caches and feeds, so that
 * regions in use stay and processes name feeds that exist.
 */
@ApplicationScoped
class CachesAndFeedsChannel {
    private static final String HANDLER = "orchestrator-catalog-foreign";
    private static final Set<Kind> FOREIGN = Set.of(Kind.CACHE, Kind.FEED);

    private final Inbox inbox;
    private final CatalogStore store;

    CachesAndFeedsChannel(Inbox inbox, CatalogStore store) {
        this.inbox = inbox;
        this.store = store;
    }

    @Incoming("catalog-configuration")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, records, ConfigurationEvent.class, this::onEvents);
    }

    private void onEvents(Tx tx, List<InboxEvent<ConfigurationEvent>> events) {
        for (InboxEvent<ConfigurationEvent> event : events) {
            if (event.event() instanceof ConfigurationChanged changed
                    && FOREIGN.contains(changed.kind())) {
                onChanged(tx, changed);
            }
        }
    }

    private void onChanged(Tx tx, ConfigurationChanged changed) {
        String kind = changed.kind().name();
        Optional<ConfigurationDocument> document = changed.document();
        if (document.isPresent()) {
            tx.execute(
                    "INSERT INTO foreign_thing (kind, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    kind,
                    changed.id());
        } else {
            tx.execute("DELETE FROM foreign_thing WHERE kind = ?1 AND id = ?2", kind, changed.id());
        }
        Set<Use> uses =
                document.filter(ConfigurationDocument.Cache.class::isInstance)
                        .map(ConfigurationDocument.Cache.class::cast)
                        .map(cache -> Set.of(new Use(Kind.REGION, cache.region().value())))
                        .orElse(Set.of());
        store.writeUses(tx, changed.kind(), changed.id(), uses);
    }
}
