package stagecoach.gateway.app.enrolment;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/** {@code stagecoach.configuration}: which places exist, and whose target or worker is gone. */
@ApplicationScoped
public class ConfigurationChannel {
    private static final String HANDLER = "agent-gateway";

    private final Inbox inbox;
    private final KnownPlaces places;
    private final Trust trust;
    private final Clock clock;

    ConfigurationChannel(Inbox inbox, KnownPlaces places, Trust trust, Clock clock) {
        this.inbox = inbox;
        this.places = places;
        this.trust = trust;
        this.clock = clock;
    }

    @Incoming("configuration")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, records, ConfigurationEvent.class, this::learn);
    }

    private void learn(Tx tx, List<InboxEvent<ConfigurationEvent>> events) {
        for (InboxEvent<ConfigurationEvent> happened : events) {
            switch (happened.event()) {
                case ConfigurationChanged(var kind, var id, var revision, var document) -> {
                    places.learn(tx, kind, id, document);
                    if (document.isEmpty()) {
                        Cause removal = Cause.byEvent(happened, clock);
                        agentOf(kind, id)
                                .ifPresent(
                                        agent -> trust.removed(tx, agent, happened.at(), removal));
                    }
                }
                case ReleaseCreated _ -> {}
                case ReleaseRetired _ -> {}
            }
        }
    }

    private static Optional<AgentId> agentOf(Kind kind, String id) {
        return switch (kind) {
            case TARGET -> Optional.of(AgentId.of(new TargetId(id)));
            case WORKER -> Optional.of(AgentId.of(new WorkerId(id)));
            case ENVIRONMENT,
                    REGION,
                    WORKER_POOL,
                    CACHE,
                    FEED,
                    PROJECT,
                    API_KEY,
                    RETENTION,
                    VARIABLE_SET,
                    PAUSE,
                    TASK_LIMIT ->
                    Optional.empty();
        };
    }
}
