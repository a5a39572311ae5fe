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
    private final Agents agents;
    private final Trust trust;
    private final Clock clock;

    ConfigurationChannel(Inbox inbox, KnownPlaces places, Agents agents, Trust trust, Clock clock) {
        this.inbox = inbox;
        this.places = places;
        this.agents = agents;
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
                        agentOf(kind, id).ifPresent(agent -> revoke(tx, agent, happened));
                    }
                }
                case ReleaseCreated _ -> {}
                case ReleaseRetired _ -> {}
            }
        }
    }

    /** A machine that enrolled after the removal has nothing to do with it, and no later token. */
    private void revoke(Tx tx, AgentId agent, InboxEvent<ConfigurationEvent> removal) {
        trust.forgetTokens(tx, agent, removal.at());
        boolean older =
                agents.find(tx, agent)
                        .filter(row -> row.enrolledAt().isBefore(removal.at()))
                        .isPresent();
        if (older) {
            trust.revoke(
                    tx,
                    agent,
                    "%s was removed from the configuration.".formatted(agent),
                    Cause.byEvent(removal, clock));
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
