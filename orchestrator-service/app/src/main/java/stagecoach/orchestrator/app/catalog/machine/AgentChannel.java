package stagecoach.orchestrator.app.catalog.machine;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.orchestrator.app.catalog.Catalog;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.MachineWatch;
import stagecoach.orchestrator.app.catalog.row.TargetRow;
import stagecoach.orchestrator.app.catalog.row.WorkerRow;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.wire.StagecoachJson;

/**
 * What the gateway reports of tentacles: it is kept, an enrolment makes or replaces the target or
 * worker, and those who wait for a machine are told.
 */
@ApplicationScoped
class AgentChannel {
    private static final Logger LOG = Logger.getLogger(AgentChannel.class);

    /** By which the inbox remembers what was handled. */
    static final String HANDLER = "orchestrator-catalog-agents";

    private final Inbox inbox;
    private final Catalog catalog;
    private final CatalogStore store;
    private final TargetResource.Thing targets;
    private final WorkerResource.Thing workers;
    private final Instance<MachineWatch> watches;
    private final Clock clock;

    AgentChannel(
            Inbox inbox,
            Catalog catalog,
            CatalogStore store,
            @Any Instance<MachineWatch> watches,
            Clock clock) {
        this.inbox = inbox;
        this.catalog = catalog;
        this.store = store;
        this.watches = watches;
        this.clock = clock;
        this.targets = new TargetResource.Thing(store);
        this.workers = new WorkerResource.Thing(store);
    }

    @Incoming("catalog-agents")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, agentStreamsOf(records), AgentReport.class, this::onReports);
    }

    private void onReports(Tx tx, List<InboxEvent<AgentReport>> reports) {
        for (InboxEvent<AgentReport> report : reports) {
            boolean other = AgentRows.keep(tx, report);
            switch (report.event()) {
                case AgentEnrolled enrolled -> {
                    onEnrolled(tx, enrolled, Cause.byEvent(report, clock));
                    tellChange(tx, enrolled.agent(), report);
                }
                case AgentHealthChanged changed -> {
                    if (other) {
                        tellChange(tx, changed.agent(), report);
                    }
                }
                case AgentRevoked _,
                        AgentCertificateRenewed _,
                        SourcesMeasured _,
                        PackagesBegun _,
                        MachineTidied _,
                        CommandStarted _,
                        CommandEnded _,
                        CommandSettled _,
                        EntryRefused _ -> {}
            }
        }
    }

    private void tellChange(Tx tx, AgentId agent, InboxEvent<AgentReport> report) {
        watches.forEach(watch -> watch.changed(tx, agent, Cause.byEvent(report, clock)));
    }

    /**
     * One that listens was registered here, and may have been changed since: it is trusted because
     * of its row, not the other way round.
     */
    private void onEnrolled(Tx tx, AgentEnrolled enrolled, Cause cause) {
        store.lock(tx);
        switch (enrolled.document()) {
            case ConfigurationDocument.Target target -> {
                if (target.listening().isEmpty()) {
                    catalog.write(
                            tx,
                            targets,
                            tx.find(TargetRow.class, target.id().value()),
                            row(target),
                            cause);
                }
            }
            case ConfigurationDocument.Worker worker -> {
                if (worker.listening().isEmpty()) {
                    catalog.write(
                            tx,
                            workers,
                            tx.find(WorkerRow.class, worker.id().value()),
                            row(worker),
                            cause);
                }
            }
            case ConfigurationDocument.Environment other -> wrong(enrolled, other);
            case ConfigurationDocument.Region other -> wrong(enrolled, other);
            case ConfigurationDocument.WorkerPool other -> wrong(enrolled, other);
            case ConfigurationDocument.Cache other -> wrong(enrolled, other);
            case ConfigurationDocument.Feed other -> wrong(enrolled, other);
            case ConfigurationDocument.Project other -> wrong(enrolled, other);
            case ConfigurationDocument.VariableSet other -> wrong(enrolled, other);
            case ConfigurationDocument.ApiKey other -> wrong(enrolled, other);
            case ConfigurationDocument.Retention other -> wrong(enrolled, other);
            case ConfigurationDocument.Pause other -> wrong(enrolled, other);
            case ConfigurationDocument.TaskLimit other -> wrong(enrolled, other);
        }
        LOG.infof("machine enrolled agent=%s", enrolled.agent());
    }

    private static void wrong(AgentEnrolled enrolled, ConfigurationDocument document) {
        throw new IllegalStateException(
                "%s enrolled as a %s, and only targets and workers have tentacles"
                        .formatted(enrolled.agent(), document.getClass().getSimpleName()));
    }

    private static TargetRow row(ConfigurationDocument.Target target) {
        var row = new TargetRow();
        row.id = target.id().value();
        row.name = target.name();
        row.environments =
                StagecoachJson.text(
                        target.environments().stream().map(EnvironmentId::value).toList());
        row.tags = StagecoachJson.text(target.tags());
        row.region = target.region().map(RegionId::value).orElse(null);
        row.disabled = target.disabled();
        return row;
    }

    private static WorkerRow row(ConfigurationDocument.Worker worker) {
        var row = new WorkerRow();
        row.id = worker.id().value();
        row.name = worker.name();
        row.workerPools =
                StagecoachJson.text(worker.workerPools().stream().map(PoolId::value).toList());
        row.region = worker.region().map(RegionId::value).orElse(null);
        row.disabled = worker.disabled();
        return row;
    }

    /** Without the streams of tickets, which are most of this topic and nothing to the catalog. */
    private static ConsumerRecords<String, byte[]> agentStreamsOf(
            ConsumerRecords<String, byte[]> records) {
        Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> kept = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            Optional<String> stream =
                    Optional.ofNullable(record.headers().lastHeader("ce_subject"))
                            .map(Header::value)
                            .map(value -> new String(value, StandardCharsets.UTF_8));
            if (stream.filter(name -> name.startsWith("ticket-")).isEmpty()) {
                kept.computeIfAbsent(
                                new TopicPartition(record.topic(), record.partition()),
                                _ -> new ArrayList<>())
                        .add(record);
            }
        }
        return new ConsumerRecords<>(kept, Map.of());
    }
}
