package stagecoach.gateway.app.enrolment;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Cache;
import stagecoach.contracts.configuration.ConfigurationDocument.Environment;
import stagecoach.contracts.configuration.ConfigurationDocument.Feed;
import stagecoach.contracts.configuration.ConfigurationDocument.Listening;
import stagecoach.contracts.configuration.ConfigurationDocument.Pause;
import stagecoach.contracts.configuration.ConfigurationDocument.Project;
import stagecoach.contracts.configuration.ConfigurationDocument.Region;
import stagecoach.contracts.configuration.ConfigurationDocument.Retention;
import stagecoach.contracts.configuration.ConfigurationDocument.Target;
import stagecoach.contracts.configuration.ConfigurationDocument.TaskLimit;
import stagecoach.contracts.configuration.ConfigurationDocument.VariableSet;
import stagecoach.contracts.configuration.ConfigurationDocument.Worker;
import stagecoach.contracts.configuration.ConfigurationDocument.WorkerPool;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseRetired;
import stagecoach.gateway.app.listening.ListeningMachines;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/**
 * {@code stagecoach.configuration}: which places exist, whose target or worker is gone, and which
 * of them are dialled.
 */
@ApplicationScoped
public class ConfigurationChannel {
    private static final String HANDLER = "agent-gateway";

    private final Inbox inbox;
    private final KnownPlaces places;
    private final Trust trust;
    private final ListeningMachines listening;
    private final Clock clock;

    ConfigurationChannel(
            Inbox inbox,
            KnownPlaces places,
            Trust trust,
            ListeningMachines listening,
            Clock clock) {
        this.inbox = inbox;
        this.places = places;
        this.trust = trust;
        this.listening = listening;
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
                    Optional<AgentId> agent = agentOf(kind, id);
                    if (agent.isPresent()) {
                        machine(tx, agent.get(), document, happened);
                    }
                }
                case ReleaseCreated _ -> {}
                case ReleaseRetired _ -> {}
            }
        }
    }

    private void machine(
            Tx tx,
            AgentId agent,
            Optional<ConfigurationDocument> document,
            InboxEvent<ConfigurationEvent> happened) {
        Cause cause = Cause.byEvent(happened, clock);
        if (document.isEmpty()) {
            trust.removed(tx, agent, happened.at(), cause);
            return;
        }
        Dialled dialled = Dialled.of(document.get());
        if (dialled.where().isEmpty()) {
            listening.forget(tx, agent);
            return;
        }
        Listening where = dialled.where().get();
        Optional<String> registered = trust.registered(tx, agent, where, document.get(), cause);
        if (registered.isPresent()) {
            listening.keep(tx, agent, where.address(), registered.get(), dialled.disabled());
        } else {
            listening.forget(tx, agent);
        }
    }

    /** What a document says of how its machine is reached. */
    private record Dialled(Optional<Listening> where, boolean disabled) {
        static Dialled of(ConfigurationDocument document) {
            return switch (document) {
                case Target target -> new Dialled(target.listening(), target.disabled());
                case Worker worker -> new Dialled(worker.listening(), worker.disabled());
                case Environment _,
                        Region _,
                        WorkerPool _,
                        Cache _,
                        Feed _,
                        Project _,
                        ApiKey _,
                        Retention _,
                        VariableSet _,
                        Pause _,
                        TaskLimit _ ->
                        new Dialled(Optional.empty(), false);
            };
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
