package stagecoach.packages.acquisition;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.acquisition.AcquisitionFixture.CACHE_EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.CACHE_US;
import static stagecoach.packages.acquisition.AcquisitionFixture.CONFIG;
import static stagecoach.packages.acquisition.AcquisitionFixture.EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.EVERY_REGION_FALLS_BACK;
import static stagecoach.packages.acquisition.AcquisitionFixture.SERVER;
import static stagecoach.packages.acquisition.AcquisitionFixture.US;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.packages.acquisition.Acquisition.Ended;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.vocabulary.identity.Ticket;

/**
 * Whatever is reported in whatever order, however often: nothing is done twice, and the run ends.
 */
class AcquisitionDeciderProperties {
    private final AcquisitionDecider decider = new AcquisitionDecider();

    @Property(tries = 300)
    void each_region_gets_each_digest_once_and_every_prefix_replays_to_the_same_state(
            @ForAll long seed) {
        var random = new Random(seed);
        var history = new ArrayList<AcquisitionEvent>();
        Acquisition state = decider.initial();
        var states = new ArrayList<Acquisition>();
        var commands = new ArrayList<AcquisitionCommand>();
        commands.add(
                AcquisitionFixture.start(
                        List.of(CACHE_EU, CACHE_US),
                        EVERY_REGION_FALLS_BACK,
                        AcquisitionFixture.nearest(
                                SERVER,
                                AcquisitionFixture.target("web-1", EU),
                                AcquisitionFixture.target("web-2", EU),
                                AcquisitionFixture.target("web-4", US)),
                        AcquisitionFixture.fromServer(
                                CONFIG, AcquisitionFixture.target("web-1", EU))));
        for (int step = 0; step < 200 && !(state instanceof Ended); step++) {
            AcquisitionCommand command = next(random, state, commands);
            List<AcquisitionEvent> events = decider.decide(state, command);
            for (AcquisitionEvent event : events) {
                state = decider.evolve(state, event);
                history.add(event);
                states.add(state);
            }
        }
        assertThat(state).as("the run ends").isInstanceOf(Ended.class);
        assertThat(
                        history.stream()
                                .filter(PackageReplicated.class::isInstance)
                                .map(e -> ((PackageReplicated) e).cache()))
                .doesNotHaveDuplicates();
        var tickets = new ArrayList<Ticket>();
        history.stream()
                .filter(TargetAcquiring.class::isInstance)
                .forEach(e -> tickets.add(((TargetAcquiring) e).ticket()));
        assertThat(new HashSet<>(tickets)).as("a target is told once").hasSameSizeAs(tickets);
        for (int prefix = 1; prefix <= history.size(); prefix++) {
            assertThat(decider.fold(decider.initial(), history.subList(0, prefix)))
                    .isEqualTo(states.get(prefix - 1));
        }
    }

    /**
     * The next thing that may happen: something outstanding ends well or badly, a repeat, rarely a
     * cancel.
     */
    private static AcquisitionCommand next(
            Random random, Acquisition state, List<AcquisitionCommand> said) {
        if (!(state instanceof Underway underway) || (said.size() > 1 && random.nextInt(4) == 0)) {
            return said.get(random.nextInt(said.size()));
        }
        var possible = new ArrayList<AcquisitionCommand>();
        underway.toStore()
                .forEach(
                        p -> {
                            possible.add(AcquisitionFixture.stored(p.pin()));
                            if (random.nextInt(8) == 0) {
                                possible.add(AcquisitionFixture.notStored(p.pin(), "gone"));
                            }
                        });
        underway.toFill()
                .forEach(
                        f -> {
                            var cache =
                                    f.cache().cache().value().equals("cache-eu")
                                            ? CACHE_EU
                                            : CACHE_US;
                            possible.add(AcquisitionFixture.replicated(f.pinned().pin(), cache));
                            possible.add(
                                    AcquisitionFixture.notReplicated(
                                            f.pinned().pin(), cache, "refused"));
                        });
        underway.atWork()
                .forEach(
                        t -> {
                            possible.add(AcquisitionFixture.acquired(t));
                            possible.add(AcquisitionFixture.failed(t, "disk full"));
                        });
        if (possible.isEmpty() || random.nextInt(30) == 0) {
            possible.add(new AcquisitionCommand.Cancel());
        }
        AcquisitionCommand chosen = possible.get(random.nextInt(possible.size()));
        said.add(chosen);
        return chosen;
    }
}
