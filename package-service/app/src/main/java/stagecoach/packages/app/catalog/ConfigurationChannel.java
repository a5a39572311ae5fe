package stagecoach.packages.app.catalog;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.keeping.RetentionSettings;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;

/**
 * What others configure, as far as packages are concerned: regions, how long packages are kept, and
 * targets and releases that go.
 */
@ApplicationScoped
class ConfigurationChannel {
    private final Inbox inbox;
    private final CacheCatalog catalog;
    private final RetentionSettings retention;
    private final Leases leases;

    ConfigurationChannel(
            Inbox inbox, CacheCatalog catalog, RetentionSettings retention, Leases leases) {
        this.inbox = inbox;
        this.catalog = catalog;
        this.leases = leases;
        this.retention = retention;
    }

    @Incoming("configuration")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(
                "packages-configuration", records, ConfigurationEvent.class, this::onEvents);
    }

    private void onEvents(Tx tx, List<InboxEvent<ConfigurationEvent>> events) {
        for (InboxEvent<ConfigurationEvent> event : events) {
            switch (event.event()) {
                case ConfigurationChanged changed -> onChanged(tx, changed);
                // Its packages were leased when it asked for them, before it was made.
                case ReleaseCreated _ -> {}
                case ReleaseRetired release ->
                        leases.release(tx, Leases.holder(release.project(), release.version()));
            }
        }
    }

    private void onChanged(Tx tx, ConfigurationChanged changed) {
        if (changed.kind() == Kind.REGION) {
            catalog.learnRegion(
                    tx,
                    changed.id(),
                    changed.document().map(ConfigurationDocument.Region.class::cast));
        } else if (changed.kind() == Kind.RETENTION) {
            retention.learn(
                    tx, changed.document().map(ConfigurationDocument.Retention.class::cast));
        } else if (changed.kind() == Kind.TARGET && changed.document().isEmpty()) {
            tx.execute("DELETE FROM acquired WHERE target = ?1", changed.id());
        }
    }
}
