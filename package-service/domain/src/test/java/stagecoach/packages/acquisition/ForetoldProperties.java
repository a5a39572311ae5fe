package stagecoach.packages.acquisition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.internal.ForeseeAcquisition.Link;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.acquisition.Acquisition.Ended;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.routing.Foresight;
import stagecoach.packages.routing.Foresight.Begun;
import stagecoach.packages.routing.KnownCache;
import stagecoach.packages.routing.RoutePlanner;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.PackageSource;

/**
 * A run in which nothing fails moves over each link the bytes that were foretold, also where an
 * interrupted one has left parts of packages, and where the server has lost some.
 */
class ForetoldProperties {
    private static final List<RegionId> REGIONS =
            List.of(new RegionId("ap"), new RegionId("eu"), new RegionId("us"));
    private static final List<PackagePin> PINS =
            List.of(
                    AcquisitionFixture.pin("Shop.Web", "ab", 1_000),
                    AcquisitionFixture.pin("Shop.Api", "cd", 70_000),
                    AcquisitionFixture.pin("Shop.Jobs", "ef", 3));

    private static final List<PackageSource> SOURCES = List.of(PackageSource.values());

    /** A link, by its ends. */
    private record Way(String from, Optional<String> to) {}

    /** Anything that may be so before a run. */
    private static final class Before implements Foresight.Holdings {
        final List<KnownCache> caches = new ArrayList<>();
        final List<PackageNeed> needs = new ArrayList<>();
        final Set<RegionId> withoutFallback = new HashSet<>();
        final List<HeldInCache> inCaches = new ArrayList<>();
        final Map<HolderId, Set<Sha512>> atTargets = new HashMap<>();
        final Map<HeldInCache, Long> begunInCaches = new HashMap<>();
        final Map<HolderId, Map<Sha512, Long>> begunAtTargets = new HashMap<>();
        final Map<Sha512, Long> lost = new HashMap<>();
        final Map<HolderId, Optional<RegionId>> regionOf = new HashMap<>();
        final List<FeedId> machinesRead;
        final boolean force;

        Before(Random random) {
            force = random.nextInt(4) == 0;
            machinesRead = random.nextBoolean() ? List.of(AcquisitionFixture.OUTSIDE) : List.of();
            for (int n = random.nextInt(5); n > 0; n--) {
                var id = new CacheId("cache-" + n);
                Source.OfCache source =
                        random.nextInt(4) == 0
                                ? new Source.NuGet(id, "https://" + id, Optional.empty())
                                : new Source.Cache(id, "https://" + id, Optional.empty());
                caches.add(new KnownCache(source, any(random, REGIONS), random.nextInt(2)));
            }
            REGIONS.stream().filter(_ -> random.nextInt(4) == 0).forEach(withoutFallback::add);
            for (PackagePin pin : PINS) {
                var targets = new ArrayList<NeedingTarget>();
                for (int n = 1; n <= 6; n++) {
                    if (random.nextBoolean()) {
                        targets.add(target(n, random));
                    }
                }
                needs.add(
                        switch (random.nextInt(6)) {
                            case 0 -> AcquisitionFixture.fromServer(pin, all(targets));
                            case 1 ->
                                    AcquisitionFixture.outside(
                                            pin, any(random, SOURCES), all(targets));
                            default -> AcquisitionFixture.nearest(pin, all(targets));
                        });
                if (random.nextInt(4) == 0) {
                    lost.put(pin.sha512(), 1 + random.nextLong(pin.size()));
                }
                for (KnownCache cache : caches) {
                    var copy = new HeldInCache(cache.source().cache(), pin.sha512());
                    if (random.nextInt(3) == 0) {
                        inCaches.add(copy);
                    }
                    if (!(cache.source() instanceof Source.NuGet)) {
                        begunInCaches.put(copy, begun(random, pin));
                    }
                }
                for (NeedingTarget target : targets) {
                    if (random.nextInt(3) == 0) {
                        atTargets
                                .computeIfAbsent(target.target(), _ -> new HashSet<>())
                                .add(pin.sha512());
                    }
                    begunAtTargets
                            .computeIfAbsent(target.target(), _ -> new HashMap<>())
                            .put(pin.sha512(), begun(random, pin));
                }
            }
        }

        /** Nothing, some, all, or more than there can be. */
        private static long begun(Random random, PackagePin pin) {
            return random.nextBoolean() ? 0 : random.nextLong(pin.size() + 3);
        }

        /** What a transfer really moves: what is longer than the package begins anew. */
        private static long rest(PackagePin pin, long begun) {
            return begun > pin.size() ? pin.size() : pin.size() - begun;
        }

        long restInCache(CacheId cache, PackagePin pin) {
            return rest(pin, inCache(cache, pin.sha512()).bytes());
        }

        long restAtTarget(HolderId target, PackagePin pin) {
            return rest(pin, atTarget(target, pin.sha512()));
        }

        private NeedingTarget target(int number, Random random) {
            RegionId region = REGIONS.get(number % REGIONS.size());
            NeedingTarget target =
                    number == 6
                            ? AcquisitionFixture.worker("w-6")
                            : random.nextInt(9) == 0
                                    ? AcquisitionFixture.unavailable("t-" + number, region, "away")
                                    : AcquisitionFixture.target("t-" + number, region);
            regionOf.put(target.target(), target.region());
            return target;
        }

        private static NeedingTarget[] all(List<NeedingTarget> targets) {
            return targets.toArray(NeedingTarget[]::new);
        }

        private static <T> T any(Random random, List<T> some) {
            return some.get(random.nextInt(some.size()));
        }

        @Override
        public boolean cacheHolds(CacheId cache, Sha512 sha512) {
            return inCaches.contains(new HeldInCache(cache, sha512));
        }

        @Override
        public boolean targetHolds(HolderId target, Sha512 sha512) {
            return atTargets.getOrDefault(target, Set.of()).contains(sha512);
        }

        @Override
        public Begun inCache(CacheId cache, Sha512 sha512) {
            return new Begun(begunInCaches.getOrDefault(new HeldInCache(cache, sha512), 0L), false);
        }

        @Override
        public long atTarget(HolderId target, Sha512 sha512) {
            return begunAtTargets.getOrDefault(target, Map.of()).getOrDefault(sha512, 0L);
        }

        @Override
        public long toFetch(PinnedPackage pinned) {
            return pinned.feed().equals(AcquisitionFixture.OUTSIDE)
                    ? lost.getOrDefault(pinned.pin().sha512(), 0L)
                    : 0;
        }

        Optional<String> regionOf(CacheId cache) {
            return caches.stream()
                    .filter(known -> known.source().cache().equals(cache))
                    .map(known -> known.region().value())
                    .findFirst();
        }
    }

    @Property(tries = 500)
    void a_run_without_failures_moves_what_was_foretold(@ForAll long seed) {
        var random = new Random(seed);
        var before = new Before(random);
        var foretold = new HashMap<Way, Long>();
        for (Link link :
                Foresight.foresee(
                                before.needs,
                                RoutePlanner.routes(
                                        before.needs, before.caches, before.withoutFallback),
                                before.caches,
                                before.machinesRead,
                                before.force,
                                before)
                        .links()) {
            foretold.put(new Way(link.from(), link.to()), link.bytes());
        }
        assertThat(foretold).isEqualTo(moved(before, random));
    }

    /** Plays the run, in any order of what may happen next, and counts. */
    private static Map<Way, Long> moved(Before before, Random random) {
        var moved = new HashMap<Way, Long>();
        var decider = new AcquisitionDecider();
        Acquisition state =
                after(
                        decider,
                        decider.initial(),
                        AcquisitionFixture.start(
                                before.caches,
                                before.withoutFallback,
                                before.inCaches,
                                before.machinesRead,
                                before.force,
                                before.needs.toArray(PackageNeed[]::new)));
        while (state instanceof Underway underway) {
            var next = new ArrayList<AcquisitionCommand>();
            underway.toStore()
                    .forEach(
                            one ->
                                    next.add(
                                            new AcquisitionCommand.Stored(
                                                    one.pin(),
                                                    one.feed(),
                                                    before.toFetch(one),
                                                    1)));
            for (Underway.ToFill fill : underway.toFill()) {
                next.add(
                        new AcquisitionCommand.Replicated(
                                fill.pinned().pin(),
                                fill.cache().cache(),
                                filled(before, fill),
                                0,
                                1));
            }
            underway.atWork().forEach(told -> next.add(AcquisitionFixture.acquired(told)));
            AcquisitionCommand chosen = next.get(random.nextInt(next.size()));
            count(before, underway, chosen, moved);
            state = after(decider, state, chosen);
        }
        assertThat(state).isInstanceOf(Ended.class);
        return moved;
    }

    private static Acquisition after(
            AcquisitionDecider decider, Acquisition state, AcquisitionCommand command) {
        return decider.fold(state, decider.decide(state, command));
    }

    private static long filled(Before before, Underway.ToFill fill) {
        PackagePin pin = fill.pinned().pin();
        boolean again = before.force && !(fill.cache() instanceof Source.NuGet);
        return !again && before.cacheHolds(fill.cache().cache(), pin.sha512())
                ? 0
                : before.restInCache(fill.cache().cache(), pin);
    }

    private static void count(
            Before before, Underway underway, AcquisitionCommand command, Map<Way, Long> moved) {
        if (command instanceof AcquisitionCommand.Replicated replicated && replicated.bytes() > 0) {
            moved.merge(
                    new Way("server", before.regionOf(replicated.cache())),
                    replicated.bytes(),
                    Long::sum);
        } else if (command instanceof AcquisitionCommand.Stored stored && stored.bytes() > 0) {
            moved.merge(
                    new Way("feed:" + stored.feed(), Optional.of("server")),
                    stored.bytes(),
                    Long::sum);
        } else if (command instanceof AcquisitionCommand.TargetReported reported) {
            TargetAcquiring told = underway.told().get(reported.ticket());
            long rest = before.restAtTarget(told.target(), told.pin());
            if (rest > 0
                    && (before.force || !before.targetHolds(told.target(), told.pin().sha512()))) {
                moved.merge(
                        new Way(
                                from(before, told.sources().getFirst()),
                                before.regionOf
                                        .getOrDefault(told.target(), Optional.empty())
                                        .map(RegionId::value)),
                        rest,
                        Long::sum);
            }
        }
    }

    private static String from(Before before, Source source) {
        return switch (source) {
            case Source.OfCache cache -> before.regionOf(cache.cache()).orElseThrow();
            case Source.Feed(FeedId feed) -> "feed:" + feed;
            case Source.Server() -> "server";
        };
    }
}
