package stagecoach.packages.app.acquisition;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.decider.StreamId;
import stagecoach.packages.acquisition.AcquisitionCommand;
import stagecoach.packages.app.budget.DeploymentBudgets;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.MeasuredLatencies;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.upstream.FeedCatalog;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.packages.Sha512;

/** What the orchestrator asks for: acquisition phases to run, and to end. */
@ApplicationScoped
class DeploymentChannel {
    private final Inbox inbox;
    private final CommandHandler commands;
    private final AcquisitionKind kind;
    private final AcquisitionTables tables;
    private final CacheCatalog caches;
    private final FeedCatalog feeds;
    private final Leases leases;
    private final DeploymentBudgets budgets;
    private final MeasuredLatencies latencies;
    private final Clock clock;

    DeploymentChannel(
            Inbox inbox,
            CommandHandler commands,
            AcquisitionKind kind,
            AcquisitionTables tables,
            CacheCatalog caches,
            FeedCatalog feeds,
            Leases leases,
            DeploymentBudgets budgets,
            MeasuredLatencies latencies,
            Clock clock) {
        this.inbox = inbox;
        this.commands = commands;
        this.kind = kind;
        this.tables = tables;
        this.caches = caches;
        this.feeds = feeds;
        this.leases = leases;
        this.budgets = budgets;
        this.latencies = latencies;
        this.clock = clock;
    }

    @Incoming("deployments")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle("packages-deployments", records, DeploymentEvent.class, this::onEvents);
    }

    private void onEvents(Tx tx, List<InboxEvent<DeploymentEvent>> events) {
        for (InboxEvent<DeploymentEvent> event : events) {
            Cause cause = Cause.byEvent(event, clock);
            lease(tx, new DeploymentId(event.stream().name()), event.event());
            if (event.event() instanceof PhaseStarted phase
                    && phase.work() instanceof PhaseWork.Acquire work) {
                start(tx, phase, work, cause);
            } else if (event.event() instanceof CancelRequested
                    || event.event() instanceof DeploymentEnded) {
                // At its deadline a deployment ends without waiting for us.
                cancel(tx, new DeploymentId(event.stream().name()), cause);
            }
        }
    }

    /**
     * From its first event to its end a deployment needs its packages; a retry needs them again.
     * What its transfers may take stands in the same events.
     */
    private void lease(Tx tx, DeploymentId deployment, DeploymentEvent event) {
        String holder = Leases.holder(deployment);
        if (event instanceof DeploymentQueued queued) {
            leases.lease(
                    tx,
                    holder,
                    queued.steps().stream()
                            .flatMap(step -> step.needs().stream())
                            .map(pinned -> pinned.pin().sha512())
                            .toList());
            queued.budget().ifPresent(budget -> budgets.learn(tx, deployment, budget));
        } else if (event instanceof PhaseStarted phase
                && phase.work() instanceof PhaseWork.Acquire work) {
            leases.lease(
                    tx,
                    holder,
                    work.needs().stream().map(need -> need.pinned().pin().sha512()).toList());
        } else if (event instanceof DeploymentBudgetChanged changed) {
            budgets.learn(tx, deployment, changed.budget());
        } else if (event instanceof DeploymentEnded) {
            leases.release(tx, holder);
        }
    }

    private void start(Tx tx, PhaseStarted phase, PhaseWork.Acquire work, Cause cause) {
        latencies.place(tx, work.needs());
        commands.handle(
                tx,
                kind,
                AcquisitionKind.streamOf(new RunId(phase.deployment(), phase.run())),
                List.of(
                        new AcquisitionCommand.Start(
                                phase.deployment(),
                                phase.project(),
                                phase.environment(),
                                phase.run(),
                                phase.attempt(),
                                phase.purpose(),
                                work.needs(),
                                work.forceDownload(),
                                caches.routes(tx, work.needs()),
                                held(tx, work.needs()),
                                feeds.machinesRead(tx, work.needs()))),
                cause);
    }

    private List<HeldInCache> held(Tx tx, List<PackageNeed> needs) {
        Set<Sha512> digests =
                needs.stream()
                        .map(need -> need.pinned().pin().sha512())
                        .collect(Collectors.toSet());
        return tables.inCaches(tx, digests).stream()
                .map(held -> new HeldInCache(new CacheId(held.holder()), held.sha512()))
                .toList();
    }

    private void cancel(Tx tx, DeploymentId deployment, Cause cause) {
        for (StreamId stream : tables.open(tx, deployment)) {
            commands.handle(tx, kind, stream, List.of(new AcquisitionCommand.Cancel()), cause);
        }
    }
}
