package stagecoach.packages.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.internal.ForeseeAcquisition.Link;
import stagecoach.contracts.internal.ForeseeAcquisition.Response;
import stagecoach.contracts.internal.ForeseeAcquisition.ToCache;
import stagecoach.contracts.internal.ForeseeAcquisition.ToTarget;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
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

        /** What lies in a cache of a digest that it does not hold as far as we know. */
        Begun inCache(CacheId cache, Sha512 sha512);

        /** How many bytes of a digest an interrupted fetch has left at the target. */
        long atTarget(HolderId target, Sha512 sha512);

        /**
         * How many bytes of a package the server has lost, as far as it knows, and fetches from the
         * package's feed before all else; 0 if none.
         */
        long toFetch(PinnedPackage pinned);
    }

    /**
     * What lies somewhere of a package.
     *
     * @param bytes behind which a transfer goes on; all of them if nothing is left to come
     * @param doubted whether it is all there, and somebody got other bytes from it: it is read
     *     again, and fetched if it is not intact
     * @param unheard whether nobody knows: it was asked, and did not answer in time
     */
    public record Begun(long bytes, boolean doubted, boolean unheard) {
        /** Nothing. */
        public static final Begun NOTHING = new Begun(0, false);

        /** Maybe something. */
        public static final Begun UNHEARD = new Begun(0, false, true);

        /** So much, as it says itself. */
        public Begun(long bytes, boolean doubted) {
            this(bytes, doubted, false);
        }
    }

    /**
     * The bytes to each target, into each cache and over each link.
     *
     * @param machinesRead the feeds that machines may read themselves
     */
    public static Response foresee(
            List<PackageNeed> needs,
            List<RegionRoute> routes,
            List<KnownCache> caches,
            Collection<FeedId> machinesRead,
            boolean forceDownload,
            Holdings holdings) {
        var foreseen = new Foreseen(routes, caches, machinesRead, forceDownload, holdings);
        needs.forEach(foreseen::store);
        needs.forEach(foreseen::fill);
        needs.forEach(foreseen::add);
        return foreseen.response();
    }

    /** What is foreseen so far. */
    private static final class Foreseen {
        private final List<RegionRoute> routes;
        private final Map<CacheId, RegionId> regions = new HashMap<>();

        /** Of others: what they hold is not pushed again, even if all is forced. */
        private final Set<CacheId> servers = new HashSet<>();

        private final Collection<FeedId> machinesRead;
        private final boolean force;
        private final Holdings holdings;
        private final List<ToTarget> targets = new ArrayList<>();
        private final Set<Delivery> deliveries = new HashSet<>();
        private final Map<Filling, ToCache> fillings = new LinkedHashMap<>();
        private final Map<Way, Long> links = new LinkedHashMap<>();

        private final Set<Sha512> stored = new HashSet<>();
        private final Set<String> notes = new LinkedHashSet<>();

        private record Delivery(HolderId target, Sha512 sha512) {}

        private record Filling(CacheId cache, Sha512 sha512) {}

        /** From the server, a region or a feed to a region, to none, or to the server. */
        private record Way(String from, Optional<String> to) {
            static Way into(Optional<RegionId> region, String from) {
                return new Way(from, region.map(RegionId::value));
            }
        }

        Foreseen(
                List<RegionRoute> routes,
                List<KnownCache> caches,
                Collection<FeedId> machinesRead,
                boolean force,
                Holdings holdings) {
            this.routes = routes;
            this.machinesRead = machinesRead;
            this.force = force;
            this.holdings = holdings;
            for (KnownCache cache : caches) {
                regions.put(cache.source().cache(), cache.region());
                if (cache.source() instanceof Source.NuGet) {
                    servers.add(cache.source().cache());
                }
            }
        }

        /** What the server has lost comes there once, whoever needs it, if anybody can get it. */
        void store(PackageNeed need) {
            PinnedPackage pinned = need.pinned();
            boolean wanted =
                    need.targets().stream().anyMatch(target -> target.unavailable().isEmpty());
            if (wanted && stored.add(pinned.pin().sha512())) {
                long bytes = holdings.toFetch(pinned);
                if (bytes > 0) {
                    links.merge(
                            new Way(fromFeed(pinned.feed()), Optional.of(SERVER)),
                            bytes,
                            Long::sum);
                }
            }
        }

        /** Targets read what caches get in the same run, so that is looked at first. */
        void fill(PackageNeed need) {
            for (NeedingTarget needing : need.targets()) {
                if (needing.unavailable().isEmpty() && Sources.fromCaches(need.pinned())) {
                    fill(need.pinned().pin(), routeOf(routes, needing.region()));
                }
            }
        }

        void add(PackageNeed need) {
            if (Sources.isMeantFromFeed(need.pinned())
                    && !machinesRead.contains(need.pinned().feed())) {
                notes.add(
                        "The server reads the feed \"%s\" for its targets, although the step says \"source\": \"FEED\": machines may not read that feed (machinesRead is false)."
                                .formatted(need.pinned().feed()));
            }
            for (NeedingTarget needing : need.targets()) {
                // A package that a target needs in two ways comes to it once.
                if (deliveries.add(new Delivery(needing.target(), need.pinned().pin().sha512()))) {
                    add(need.pinned(), needing);
                }
            }
        }

        private void add(PinnedPackage pinned, NeedingTarget needing) {
            PackagePin pin = pinned.pin();
            RegionRoute route = routeOf(routes, needing.region());
            List<Source> sources = sources(pinned, route);
            boolean held = !force && holdings.targetHolds(needing.target(), pin.sha512());
            boolean reached = needing.unavailable().isEmpty() && !sources.isEmpty();
            long begun =
                    held ? 0 : goesOnBehind(holdings.atTarget(needing.target(), pin.sha512()), pin);
            long bytes = held || !reached ? 0 : pin.size() - begun;
            targets.add(
                    new ToTarget(
                            pin,
                            needing.target(),
                            held,
                            sources.stream().map(Foreseen::shown).toList(),
                            bytes,
                            some(begun)));
            if (bytes > 0) {
                links.merge(Way.into(needing.region(), from(sources.getFirst())), bytes, Long::sum);
            }
        }

        /**
         * As they will be named to the target: one of its region's caches is filled by then, or one
         * of a neighbour.
         */
        private List<Source> sources(PinnedPackage pinned, RegionRoute route) {
            Sha512 sha512 = pinned.pin().sha512();
            Optional<Source.OfCache> filled =
                    toFill(route, sha512)
                            .or(
                                    () ->
                                            Sources.toAwait(
                                                    route,
                                                    cache -> cacheHolds(cache.cache(), sha512),
                                                    cache ->
                                                            fillings.containsKey(
                                                                    new Filling(
                                                                            cache.cache(),
                                                                            sha512))));
            return Sources.of(
                    pinned,
                    route,
                    cache ->
                            filled.filter(cache::equals).isPresent()
                                    || cacheHolds(cache.cache(), sha512),
                    machinesRead);
        }

        private Optional<Source.OfCache> toFill(RegionRoute route, Sha512 sha512) {
            return Sources.toFill(route.own(), cache -> cacheHolds(cache.cache(), sha512));
        }

        private void fill(PackagePin pin, RegionRoute route) {
            toFill(route, pin.sha512()).ifPresent(cache -> fill(pin, route, cache.cache()));
        }

        private void fill(PackagePin pin, RegionRoute route, CacheId cache) {
            boolean held =
                    cacheHolds(cache, pin.sha512())
                            || (servers.contains(cache)
                                    && holdings.cacheHolds(cache, pin.sha512()));
            Begun there = held ? Begun.NOTHING : holdings.inCache(cache, pin.sha512());
            long begun = goesOnBehind(there.bytes(), pin);
            long bytes = held ? 0 : pin.size() - begun;
            var toCache =
                    new ToCache(
                            pin,
                            cache,
                            held,
                            bytes,
                            some(begun),
                            some(there.doubted()),
                            some(there.unheard()));
            boolean first = fillings.putIfAbsent(new Filling(cache, pin.sha512()), toCache) == null;
            if (first && bytes > 0) {
                links.merge(Way.into(route.region(), SERVER), bytes, Long::sum);
            }
        }

        /** More than there can be is none of its bytes: it begins anew. */
        private static long goesOnBehind(long begun, PackagePin pin) {
            return begun > pin.size() ? 0 : begun;
        }

        private static Optional<Long> some(long bytes) {
            return Optional.of(bytes).filter(some -> some > 0);
        }

        private static Optional<Boolean> some(boolean so) {
            return so ? Optional.of(true) : Optional.empty();
        }

        private boolean cacheHolds(CacheId cache, Sha512 sha512) {
            return !force && holdings.cacheHolds(cache, sha512);
        }

        private String from(Source source) {
            return switch (source) {
                case Source.OfCache cache ->
                        Objects.requireNonNull(regions.get(cache.cache())).value();
                case Source.Feed(FeedId feed) -> fromFeed(feed);
                case Source.Server() -> SERVER;
            };
        }

        private static String shown(Source source) {
            return switch (source) {
                case Source.OfCache cache -> "CACHE:" + cache.cache();
                case Source.Feed(FeedId feed) -> "FEED:" + feed;
                case Source.Server() -> "SERVER";
            };
        }

        private static String fromFeed(FeedId feed) {
            return "feed:" + feed;
        }

        Response response() {
            var told = new ArrayList<Link>();
            links.forEach((way, bytes) -> told.add(new Link(way.from(), way.to(), bytes)));
            return new Response(targets, List.copyOf(fillings.values()), told, List.copyOf(notes));
        }
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
