package stagecoach.packages.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.internal.ForeseeAcquisition.Link;
import stagecoach.contracts.internal.ForeseeAcquisition.Response;
import stagecoach.contracts.internal.ForeseeAcquisition.ToCache;
import stagecoach.contracts.internal.ForeseeAcquisition.ToTarget;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/** Says what an acquisition would move if it ran now and nothing failed. */
public final class Foresight {
    private static final String SERVER = "server";

    private Foresight() {}

    /** What is known to be held where. */
    public interface Holdings {
        /** Whether the cache holds the digest. */
        boolean cacheHolds(CacheId cache, Sha512 sha512);

        /** Whether the target holds the digest. */
        boolean targetHolds(HolderId target, Sha512 sha512);
    }

    /** The bytes to each target, into each cache and over each link. */
    public static Response foresee(
            List<PackageNeed> needs,
            List<RegionRoute> routes,
            boolean forceDownload,
            Holdings holdings) {
        var targets = new ArrayList<ToTarget>();
        var caches = new LinkedHashMap<String, ToCache>();
        var links = new LinkedHashMap<Link, Long>();
        for (PackageNeed need : needs) {
            PackagePin pin = need.pinned().pin();
            for (PackageNeed.NeedingTarget needing : need.targets()) {
                RegionRoute route = routeOf(routes, needing.region());
                boolean viaCache = Sources.fromCaches(need.pinned()) && !route.own().isEmpty();
                boolean held =
                        !forceDownload && holdings.targetHolds(needing.target(), pin.sha512());
                long bytes = held ? 0 : pin.size();
                targets.add(
                        new ToTarget(
                                pin, needing.target(), held, path(need.pinned(), route), bytes));
                if (viaCache) {
                    fill(pin, route, forceDownload, holdings, caches, links);
                } else if (bytes > 0) {
                    links.merge(
                            new Link(SERVER, needing.region().map(RegionId::value), 0),
                            bytes,
                            Long::sum);
                }
            }
        }
        var told = new ArrayList<Link>();
        links.forEach((link, bytes) -> told.add(new Link(link.from(), link.to(), bytes)));
        return new Response(targets, List.copyOf(caches.values()), told);
    }

    private static void fill(
            PackagePin pin,
            RegionRoute route,
            boolean forceDownload,
            Holdings holdings,
            Map<String, ToCache> caches,
            Map<Link, Long> links) {
        for (Source.OfCache cache : route.own()) {
            boolean held = !forceDownload && holdings.cacheHolds(cache.cache(), pin.sha512());
            var toCache = new ToCache(pin, cache.cache(), held, held ? 0 : pin.size());
            boolean first = caches.putIfAbsent(cache.cache() + "/" + pin.sha512(), toCache) == null;
            if (first && !held) {
                links.merge(
                        new Link(SERVER, route.region().map(RegionId::value), 0),
                        pin.size(),
                        Long::sum);
            }
        }
    }

    private static List<String> path(PinnedPackage pinned, RegionRoute route) {
        var path = new ArrayList<String>();
        if (Sources.fromCaches(pinned)) {
            route.own().forEach(cache -> path.add("CACHE:" + cache.cache()));
            route.others().forEach(cache -> path.add("CACHE:" + cache.cache()));
        }
        if (route.serverFallback()) {
            path.add("SERVER");
        }
        return path;
    }

    private static RegionRoute routeOf(List<RegionRoute> routes, Optional<RegionId> region) {
        return routes.stream()
                .filter(route -> route.region().equals(region))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "no route was planned for region " + region));
    }
}
