package stagecoach.packages.acquisition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.packages.acquisition.Acquisition.Ended;
import stagecoach.packages.acquisition.Acquisition.Filling;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.packages.routing.KnownCache;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Whatever ends how and when, is repeated, or is begun anew after a crash: over the link into a
 * region each digest comes once, whatever many caches and targets the region has.
 */
class LinksProperties {
    private static final List<PackagePin> PINS =
            List.of(
                    AcquisitionFixture.pin("Shop.Web", "ab", 1_000),
                    AcquisitionFixture.pin("Shop.Api", "cd", 70_000),
                    AcquisitionFixture.pin("Shop.Jobs", "ef", 3));
    private static final int STEPS_MAX = 2_000;

    /** What comes into a region. */
    private record Link(RegionId region, Sha512 sha512) {}

    /** A run, the caches that really hold something, and a process that can crash. */
    private static final class World {
        private final AcquisitionDecider decider = new AcquisitionDecider();
        private final Random random;
        private final Map<CacheId, KnownCache> caches = new HashMap<>();
        private final List<AcquisitionEvent> history = new ArrayList<>();
        private final List<AcquisitionCommand> said = new ArrayList<>();

        /** Of the present process. */
        private final Map<Filling, PackagePin> fills = new HashMap<>();

        /** They outlive each process, as what they hold does. */
        private final Set<Filling> held = new HashSet<>();

        private final Map<Link, Integer> came = new HashMap<>();
        private Acquisition state = decider.initial();

        World(Random random) {
            this.random = random;
            var needs = new ArrayList<PackageNeed>();
            var regions = new ArrayList<RegionId>();
            for (int region = 0; region < 2 + random.nextInt(2); region++) {
                var id = new RegionId("region-" + region);
                regions.add(id);
                for (int cache = 0; cache < 1 + random.nextInt(3); cache++) {
                    var known =
                            AcquisitionFixture.cache(
                                    "cache-%d-%d".formatted(region, cache), id, random.nextInt(2));
                    caches.put(known.source().cache(), known);
                }
            }
            var before = new ArrayList<HeldInCache>();
            for (PackagePin pin : PINS.subList(0, 2 + random.nextInt(2))) {
                // Two steps may want the same package, each for targets of its own.
                for (int step = 0; step < 1 + random.nextInt(2); step++) {
                    var targets = new ArrayList<NeedingTarget>();
                    for (RegionId region : regions) {
                        for (int n = 0; n < random.nextInt(4); n++) {
                            targets.add(
                                    AcquisitionFixture.target(
                                            "web-%s-%d-%d".formatted(region, step, n), region));
                        }
                    }
                    needs.add(
                            AcquisitionFixture.nearest(pin, targets.toArray(NeedingTarget[]::new)));
                }
                for (CacheId cache : caches.keySet()) {
                    if (random.nextInt(8) == 0) {
                        before.add(new HeldInCache(cache, pin.sha512()));
                        held.add(new Filling(pin.sha512(), cache));
                    }
                }
            }
            say(
                    AcquisitionFixture.start(
                            List.copyOf(caches.values()),
                            random.nextBoolean() ? Set.of() : Set.copyOf(regions),
                            before,
                            false,
                            needs.toArray(PackageNeed[]::new)));
        }

        void say(AcquisitionCommand command) {
            said.add(command);
            for (AcquisitionEvent event : decider.decide(state, command)) {
                state = decider.evolve(state, event);
                history.add(event);
            }
        }

        /** Something that may happen next. */
        void step() {
            var possible = new ArrayList<Runnable>();
            possible.add(() -> say(said.get(random.nextInt(said.size()))));
            if (random.nextInt(10) == 0) {
                possible.add(this::crash);
            }
            if (state instanceof Underway underway) {
                underway.toStore()
                        .forEach(
                                one ->
                                        possible.add(
                                                () ->
                                                        say(
                                                                random.nextInt(8) > 0
                                                                        ? AcquisitionFixture.stored(
                                                                                one.pin())
                                                                        : AcquisitionFixture
                                                                                .notStored(
                                                                                        one.pin(),
                                                                                        "gone"))));
                underway.toFill().forEach(fill -> possible.add(() -> begin(fill)));
                underway.atWork()
                        .forEach(
                                told ->
                                        possible.add(
                                                () ->
                                                        say(
                                                                random.nextInt(4) > 0
                                                                        ? AcquisitionFixture
                                                                                .acquired(told)
                                                                        : AcquisitionFixture.failed(
                                                                                told,
                                                                                "disk full"))));
                if (random.nextInt(200) == 0) {
                    possible.add(() -> say(new AcquisitionCommand.Cancel()));
                }
            }
            List.copyOf(fills.entrySet())
                    .forEach(
                            fill -> {
                                possible.add(() -> arrives(fill.getKey()));
                                possible.add(() -> ends(fill.getKey(), fill.getValue()));
                            });
            possible.get(random.nextInt(possible.size())).run();
        }

        /** All that a process knew is gone but what was decided; the next one begins from that. */
        private void crash() {
            fills.clear();
            state = decider.fold(decider.initial(), history);
        }

        private void begin(Underway.ToFill fill) {
            PackagePin pin = fill.pinned().pin();
            fills.putIfAbsent(new Filling(pin.sha512(), fill.cache().cache()), pin);
            Set<Link> busy = new LinkedHashSet<>();
            assertThat(fills.keySet())
                    .as("of one digest into one region one transfer at a time")
                    .allMatch(each -> busy.add(link(each)));
        }

        private Link link(Filling fill) {
            return new Link(caches.get(fill.cache()).region(), fill.sha512());
        }

        /** Its last byte is in the cache, whatever becomes of the one who waits for that. */
        private void arrives(Filling fill) {
            if (held.add(fill)) {
                came.merge(link(fill), 1, Integer::sum);
            }
        }

        /** Whoever waits for it hears of its end. */
        private void ends(Filling fill, PackagePin pin) {
            fills.remove(fill);
            KnownCache cache = caches.get(fill.cache());
            say(
                    held.contains(fill)
                            ? AcquisitionFixture.replicated(pin, cache)
                            : AcquisitionFixture.notReplicated(pin, cache, "refused"));
        }
    }

    @Property(tries = 200)
    void each_digest_comes_once_into_each_region(@ForAll long seed) {
        var world = new World(new Random(seed));
        for (int step = 0; step < STEPS_MAX && !(world.state instanceof Ended); step++) {
            world.step();
            assertThat(world.came.values()).allMatch(times -> times == 1);
        }
        assertThat(world.state).as("the run ends").isInstanceOf(Ended.class);
    }
}
