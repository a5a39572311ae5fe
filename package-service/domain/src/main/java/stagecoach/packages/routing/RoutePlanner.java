package stagecoach.packages.routing;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.vocabulary.identity.RegionId;

/**
 * Lists, for each region of some needs, the caches that its targets may read from, nearest first.
 */
public final class RoutePlanner {
    private RoutePlanner() {}

    /** As {@link #routes(List, List, Set, Latencies)}, where nobody has measured anything. */
    public static List<RegionRoute> routes(
            List<PackageNeed> needs, List<KnownCache> caches, Set<RegionId> withoutFallback) {
        return routes(needs, caches, withoutFallback, Latencies.NONE);
    }

    /**
     * The routes of the regions that {@code needs} have targets in, in the order in which they
     * appear. A region's own caches come by priority, then by what its machines measured; those of
     * others by what its machines measured, those that nobody measured last.
     *
     * @param withoutFallback regions whose targets the server must not upload to
     */
    public static List<RegionRoute> routes(
            List<PackageNeed> needs,
            List<KnownCache> caches,
            Set<RegionId> withoutFallback,
            Latencies latencies) {
        return needs.stream()
                .flatMap(need -> need.targets().stream())
                .map(PackageNeed.NeedingTarget::region)
                .distinct()
                .map(region -> route(region, caches, withoutFallback, latencies))
                .toList();
    }

    private static RegionRoute route(
            Optional<RegionId> region,
            List<KnownCache> caches,
            Set<RegionId> withoutFallback,
            Latencies latencies) {
        Predicate<KnownCache> near = cache -> region.filter(cache.region()::equals).isPresent();
        Comparator<KnownCache> measured =
                Comparator.comparingInt(cache -> latencies.of(region, cache.source().cache()));
        Comparator<KnownCache> byPriority = Comparator.comparingInt(KnownCache::priority);
        Comparator<KnownCache> byId = Comparator.comparing(cache -> cache.source().cache());
        return new RegionRoute(
                region,
                sources(caches, near, byPriority.thenComparing(measured).thenComparing(byId)),
                sources(
                        caches,
                        near.negate(),
                        measured.thenComparing(byPriority).thenComparing(byId)),
                region.filter(withoutFallback::contains).isEmpty());
    }

    private static List<Source.OfCache> sources(
            List<KnownCache> caches, Predicate<KnownCache> wanted, Comparator<KnownCache> order) {
        return caches.stream().filter(wanted).sorted(order).map(KnownCache::source).toList();
    }
}
