package stagecoach.packages.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

/** In which order sources are given, for any caches, regions, targets and policies. */
class RoutingProperties {
    private static final List<String> REGIONS = List.of("ap", "eu", "us");

    private static final FeedId OUTSIDE = new FeedId("company");
    private static final FeedId OTHER = new FeedId("other");

    private static PinnedPackage pinned(AcquisitionLocation location, PackageSource source) {
        return new PinnedPackage(
                OUTSIDE,
                new PackagePin(
                        new PackageId("Shop.Web"),
                        new PackageVersion("1.0.0"),
                        new Sha512("ab".repeat(64)),
                        1000),
                location,
                source);
    }

    private static PackageNeed need(Set<Optional<RegionId>> regions) {
        return new PackageNeed(
                pinned(AcquisitionLocation.EXECUTION_TARGET, PackageSource.NEAREST_CACHE),
                regions.stream().map(RoutingProperties::target).toList());
    }

    private static NeedingTarget target(Optional<RegionId> region) {
        var holder = HolderId.of(new TargetId("of-" + region.map(RegionId::value).orElse("none")));
        return new NeedingTarget(holder, holder.agent(), region, Optional.empty());
    }

    @Property
    void each_region_has_one_route_on_which_each_cache_stands_once_and_its_own_come_by_priority(
            @ForAll("caches") List<KnownCache> caches,
            @ForAll("needing") Set<Optional<RegionId>> needing,
            @ForAll("regions") Set<RegionId> withoutFallback) {
        List<RegionRoute> routes =
                RoutePlanner.routes(List.of(need(needing), need(needing)), caches, withoutFallback);

        assertThat(routes)
                .extracting(RegionRoute::region)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(needing);
        for (RegionRoute route : routes) {
            assertThat(route.own()).isEqualTo(ordered(caches, route.region(), true));
            assertThat(route.others()).isEqualTo(ordered(caches, route.region(), false));
            assertThat(route.serverFallback())
                    .isEqualTo(route.region().filter(withoutFallback::contains).isEmpty());
        }
    }

    private static List<Source.OfCache> ordered(
            List<KnownCache> caches, Optional<RegionId> region, boolean own) {
        return caches.stream()
                .filter(cache -> Optional.of(cache.region()).equals(region) == own)
                .sorted(
                        Comparator.comparingInt(KnownCache::priority)
                                .thenComparing(cache -> cache.source().cache().value()))
                .map(KnownCache::source)
                .toList();
    }

    @Property
    void within_a_priority_and_among_other_regions_the_nearest_cache_comes_first(
            @ForAll("caches") List<KnownCache> caches,
            @ForAll("regions") Set<RegionId> needing,
            @ForAll long seed) {
        var random = new Random(seed);
        var millis = new HashMap<Latencies.Way, Integer>();
        for (String region : REGIONS) {
            for (KnownCache cache : caches) {
                if (random.nextBoolean()) {
                    millis.put(
                            new Latencies.Way(new RegionId(region), cache.source().cache()),
                            1 + random.nextInt(3));
                }
            }
        }
        var needs = List.of(need(needing.stream().map(Optional::of).collect(Collectors.toSet())));
        for (RegionRoute route :
                RoutePlanner.routes(needs, caches, Set.of(), new Latencies(millis))) {
            RegionId region = route.region().orElseThrow();
            List<KnownCache> own = known(caches, route.own());
            List<KnownCache> others = known(caches, route.others());
            assertThat(own.size() + others.size()).isEqualTo(caches.size());
            assertThat(own).extracting(KnownCache::priority).isSorted();
            for (int n = 1; n < own.size(); n++) {
                if (own.get(n - 1).priority() == own.get(n).priority()) {
                    assertThat(far(millis, region, own.get(n - 1)))
                            .isLessThanOrEqualTo(far(millis, region, own.get(n)));
                }
            }
            assertThat(others).extracting(cache -> far(millis, region, cache)).isSorted();
        }
    }

    private static int far(Map<Latencies.Way, Integer> millis, RegionId region, KnownCache cache) {
        return millis.getOrDefault(
                new Latencies.Way(region, cache.source().cache()), Integer.MAX_VALUE);
    }

    private static List<KnownCache> known(List<KnownCache> caches, List<? extends Source> sources) {
        return sources.stream()
                .map(
                        source ->
                                caches.stream()
                                        .filter(cache -> cache.source().equals(source))
                                        .findFirst()
                                        .orElseThrow())
                .toList();
    }

    @Property
    void only_caches_that_hold_the_package_are_sources_then_its_feed_if_that_may_be_then_the_server(
            @ForAll("caches") List<KnownCache> caches,
            @ForAll("regions") Set<RegionId> withoutFallback,
            @ForAll boolean machinesRead,
            @ForAll Set<Integer> holding) {
        Set<CacheId> hold = new HashSet<>();
        for (int n = 0; n < caches.size(); n++) {
            if (holding.contains(n)) {
                hold.add(caches.get(n).source().cache());
            }
        }
        var needing = REGIONS.stream().map(id -> Optional.of(new RegionId(id)));
        for (RegionRoute route :
                RoutePlanner.routes(
                        List.of(need(needing.collect(Collectors.toSet()))),
                        caches,
                        withoutFallback)) {
            List<Source> sources =
                    Sources.of(
                            pinned(
                                    AcquisitionLocation.EXECUTION_TARGET,
                                    PackageSource.NEAREST_CACHE),
                            route,
                            cache -> hold.contains(cache.cache()),
                            machinesRead ? List.of(OTHER, OUTSIDE) : List.of(OTHER));
            Stream<Source> expected =
                    Stream.<Source>concat(route.own().stream(), route.others().stream())
                            .filter(
                                    source ->
                                            source instanceof Source.OfCache cache
                                                    && hold.contains(cache.cache()));
            assertThat(sources)
                    .isEqualTo(
                            Stream.of(
                                            expected,
                                            Stream.of((Source) new Source.Feed(OUTSIDE))
                                                    .filter(_ -> machinesRead),
                                            Stream.of((Source) new Source.Server())
                                                    .filter(_ -> route.serverFallback()))
                                    .flatMap(each -> each)
                                    .toList());
        }
    }

    @Property
    void what_the_server_hands_out_or_comes_from_the_feed_passes_no_cache(
            @ForAll("caches") List<KnownCache> caches, @ForAll boolean machinesRead) {
        var route =
                RoutePlanner.routes(
                                List.of(need(Set.of(Optional.of(new RegionId("eu"))))),
                                caches,
                                Set.of())
                        .getFirst();
        List<FeedId> read = machinesRead ? List.of(OUTSIDE) : List.of();
        var handedOut = pinned(AcquisitionLocation.SERVER, PackageSource.NEAREST_CACHE);
        var fromFeed = pinned(AcquisitionLocation.EXECUTION_TARGET, PackageSource.FEED);

        assertThat(Sources.of(handedOut, route, _ -> true, read))
                .containsExactly(new Source.Server());
        assertThat(Sources.of(fromFeed, route, _ -> true, read))
                .isEqualTo(
                        machinesRead
                                ? List.of(new Source.Feed(OUTSIDE), new Source.Server())
                                : List.of(new Source.Server()));
    }

    @Provide
    Arbitrary<List<KnownCache>> caches() {
        var one =
                Combinators.combine(
                                Arbitraries.integers().between(1, 9),
                                Arbitraries.of(REGIONS),
                                Arbitraries.integers().between(0, 2))
                        .as(
                                (number, region, priority) ->
                                        new KnownCache(
                                                new Source.Cache(
                                                        new CacheId("cache-" + number),
                                                        "https://cache-" + number,
                                                        Optional.empty()),
                                                new RegionId(region),
                                                priority));
        return one.list().ofMaxSize(6).uniqueElements(cache -> cache.source().cache());
    }

    @Provide
    Arbitrary<Set<RegionId>> regions() {
        return Arbitraries.of(REGIONS).map(RegionId::new).set();
    }

    @Provide
    Arbitrary<Set<Optional<RegionId>>> needing() {
        return Arbitraries.of(REGIONS).map(RegionId::new).optional().set().ofMinSize(1);
    }
}
