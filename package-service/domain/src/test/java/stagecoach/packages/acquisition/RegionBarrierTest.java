package stagecoach.packages.acquisition;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.acquisition.AcquisitionFixture.CACHE_EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.EVERY_REGION_FALLS_BACK;
import static stagecoach.packages.acquisition.AcquisitionFixture.SERVER;
import static stagecoach.packages.acquisition.AcquisitionFixture.US;
import static stagecoach.packages.acquisition.AcquisitionFixture.cache;
import static stagecoach.packages.acquisition.AcquisitionFixture.nearest;
import static stagecoach.packages.acquisition.AcquisitionFixture.notReplicated;
import static stagecoach.packages.acquisition.AcquisitionFixture.replicated;
import static stagecoach.packages.acquisition.AcquisitionFixture.start;
import static stagecoach.packages.acquisition.AcquisitionFixture.stored;
import static stagecoach.packages.acquisition.AcquisitionFixture.target;
import static stagecoach.packages.acquisition.AcquisitionFixture.told;
import static stagecoach.packages.acquisition.AcquisitionFixture.unavailable;
import static stagecoach.packages.acquisition.AcquisitionFixture.worker;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.acquisition.Source;
import stagecoach.decider.DeciderSpec;
import stagecoach.packages.routing.KnownCache;
import stagecoach.vocabulary.identity.RegionId;

/** Whom a region without a cache waits for. */
class RegionBarrierTest {
    private final DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> acquisition =
            DeciderSpec.of(new AcquisitionDecider());

    @Test
    void a_region_without_a_cache_waits_for_a_neighbour_that_gets_the_package_in_the_same_run() {
        var spec = beside(CACHE_EU);
        assertThat(told(spec.history())).isEmpty();
        var events = spec.when(replicated(SERVER, CACHE_EU)).events();
        assertThat(told(events).stream().map(t -> t.target().value()))
                .containsExactly("web-1", "web-4", "web-5");
        assertThat(told(events).getLast().sources())
                .containsExactly(CACHE_EU.source(), new Source.Server());
    }

    @Test
    void only_the_nearest_neighbour_is_waited_for_and_is_given_up_when_it_cannot_be_filled() {
        var second = cache("cache-eu-2", EU, 1);
        var spec = beside(CACHE_EU, second);
        var events = spec.when(notReplicated(SERVER, CACHE_EU, "full")).events();
        assertThat(told(events).stream().map(t -> t.target().value()))
                .containsExactly("web-4", "web-5");
        assertThat(told(events).getFirst().sources()).containsExactly(new Source.Server());
    }

    @Test
    void where_the_server_must_not_be_read_any_neighbour_is_waited_for() {
        var second = cache("cache-eu-2", EU, 1);
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU, second),
                                Set.of(US),
                                nearest(SERVER, target("web-1", EU), target("web-4", US))),
                        stored(SERVER),
                        notReplicated(SERVER, CACHE_EU, "full"));
        assertThat(told(spec.history())).isEmpty();
        var filled = spec.when(replicated(SERVER, second)).events();
        assertThat(told(filled).getLast().sources()).containsExactly(second.source());
        var none = spec.after(notReplicated(SERVER, second, "full")).history();
        assertThat(none.getLast()).isInstanceOf(TargetAcquisitionFailed.class);
    }

    @Test
    void nobody_waits_for_a_neighbour_whose_targets_are_all_away() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(
                                        SERVER,
                                        unavailable("web-1", EU, "away"),
                                        target("web-4", US))),
                        stored(SERVER));
        assertThat(told(spec.history()).getFirst().sources()).containsExactly(new Source.Server());
    }

    @Test
    void machines_without_a_region_wait_for_no_neighbour() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(SERVER, target("web-1", EU), worker("hq-1"))),
                        stored(SERVER));
        assertThat(told(spec.history()))
                .singleElement()
                .satisfies(t -> assertThat(t.sources()).containsExactly(new Source.Server()));
    }

    @Test
    void a_neighbour_that_holds_the_package_already_is_read_at_once() {
        var ap = cache("cache-ap", new RegionId("ap"), 0);
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU, ap),
                                EVERY_REGION_FALLS_BACK,
                                List.of(new HeldInCache(ap.source().cache(), SERVER.sha512())),
                                false,
                                nearest(SERVER, target("web-1", EU), target("web-4", US))),
                        stored(SERVER));
        assertThat(told(spec.history()).getFirst().sources())
                .containsExactly(ap.source(), new Source.Server());
    }

    /** A target in the EU, which has these caches, and two in the US, which has none. */
    private DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> beside(
            KnownCache... caches) {
        return acquisition.after(
                start(
                        List.of(caches),
                        EVERY_REGION_FALLS_BACK,
                        nearest(
                                SERVER,
                                target("web-1", EU),
                                target("web-4", US),
                                target("web-5", US))),
                stored(SERVER));
    }
}
