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
    private static final Comparator<KnownCache> NEAREST_FIRST =
            Comparator.comparingInt(KnownCache::priority)
                    .thenComparing(cache -> cache.source().cache());

    private RoutePlanner() {}

    /**
     * The routes of the regions that {@code needs} have targets in, in the order in which they
     * appear.
     *
     * @param withoutFallback regions whose targets the server must not upload to
     */
    public static List<RegionRoute> routes(
            List<PackageNeed> needs, List<KnownCache> caches, Set<RegionId> withoutFallback) {
        return needs.stream()
                .flatMap(need -> need.targets().stream())
                .map(PackageNeed.NeedingTarget::region)
                .distinct()
                .map(region -> route(region, caches, withoutFallback))
                .toList();
    }

    private static RegionRoute route(
            Optional<RegionId> region, List<KnownCache> caches, Set<RegionId> withoutFallback) {
        Predicate<KnownCache> near = cache -> region.filter(cache.region()::equals).isPresent();
        return new RegionRoute(
                region,
                sources(caches, near),
                sources(caches, near.negate()),
                region.filter(withoutFallback::contains).isEmpty());
    }

    private static List<Source.OfCache> sources(
            List<KnownCache> caches, Predicate<KnownCache> wanted) {
        return caches.stream()
                .filter(wanted)
                .sorted(NEAREST_FIRST)
                .map(KnownCache::source)
                .toList();
    }
}
