package stagecoach.packages.app.budget;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.catalog.MeasuredLatencies;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.TransferBudget;

/** The budgets that count a transfer, as they are set now: a change counts after a second. */
@Singleton
class Budgets {
    private static final long KNOWN_NANOS = Duration.ofSeconds(1).toNanos();

    /** More than are under way at once. */
    private static final int KNOWN_MAX = 1_000;

    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final DeploymentBudgets deployments;
    private final MeasuredLatencies machines;
    private final FeedBudgets feeds;
    private final Map<Way, Known> known = new ConcurrentHashMap<>();

    Budgets(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            DeploymentBudgets deployments,
            MeasuredLatencies machines,
            FeedBudgets feeds) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.deployments = deployments;
        this.machines = machines;
        this.feeds = feeds;
    }

    /** A budget under the name that those who share it know it by. */
    record Named(String name, TransferBudget budget) {
        private static final String CACHE = "cache:";

        static Named of(CacheRow row) {
            return new Named(CACHE + row.id, row.budget());
        }

        boolean ofCache() {
            return name.startsWith(CACHE);
        }
    }

    /** The way of a transfer. */
    private sealed interface Way {
        /** From here into a cache. */
        record IntoCache(CacheId cache, Optional<DeploymentId> deployment) implements Way {}

        /** From here to a machine. */
        record ToMachine(AgentId machine) implements Way {}

        /** From a feed outside to here. */
        record FromFeed(FeedId feed) implements Way {}
    }

    private record Known(List<Named> budgets, long atNanos) {}

    /**
     * Those that count a transfer into a cache, also those that limit nothing now.
     *
     * @param deployment for which alone it is
     */
    List<Named> of(CacheId cache, Optional<DeploymentId> deployment) {
        return of(new Way.IntoCache(cache, deployment));
    }

    /** Those that count what a machine reads from here. */
    List<Named> of(AgentId machine) {
        return of(new Way.ToMachine(machine));
    }

    /** Those that count what comes from a feed outside. */
    List<Named> of(FeedId feed) {
        return of(new Way.FromFeed(feed));
    }

    private List<Named> of(Way asked) {
        long now = System.nanoTime();
        if (known.size() > KNOWN_MAX) {
            known.values().removeIf(one -> now - one.atNanos() > KNOWN_NANOS);
        }
        return known.compute(
                        asked,
                        (way, before) ->
                                before != null && now - before.atNanos() <= KNOWN_NANOS
                                        ? before
                                        : new Known(readOrAsBefore(way, before), now))
                .budgets();
    }

    /** While the database is away, what is on its way goes on as it was allowed to. */
    private List<Named> readOrAsBefore(Way way, @Nullable Known before) {
        try {
            return unitOfWork.run(tx -> read(tx, way));
        } catch (TemporaryFailure away) {
            Log.debugf("budgets stay as they were cause=%s", away);
            return before == null ? List.of() : before.budgets();
        }
    }

    private List<Named> read(Tx tx, Way way) {
        return switch (way) {
            case Way.IntoCache(CacheId cache, Optional<DeploymentId> deployment) ->
                    intoCache(tx, cache, deployment);
            case Way.ToMachine(AgentId machine) ->
                    machines.regionOf(tx, machine).stream()
                            .map(region -> ofRegion(tx, region.value()))
                            .toList();
            case Way.FromFeed(FeedId feed) ->
                    List.of(new Named("feed:" + feed, feeds.of(tx, feed)));
        };
    }

    private List<Named> intoCache(Tx tx, CacheId cache, Optional<DeploymentId> deployment) {
        var budgets = new ArrayList<Named>();
        Optional<CacheRow> row = caches.find(tx, cache);
        if (row.isPresent()) {
            budgets.add(Named.of(row.get()));
            budgets.add(ofRegion(tx, row.get().region));
        }
        deployment.ifPresent(
                id -> budgets.add(new Named("deployment:" + id, deployments.of(tx, id))));
        return List.copyOf(budgets);
    }

    private Named ofRegion(Tx tx, String region) {
        return new Named("region:" + region, caches.regionBudget(tx, region));
    }
}
