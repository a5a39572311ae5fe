package stagecoach.packages.acquisition;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.packages.acquisition.AcquisitionFixture.CACHE_EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.CACHE_US;
import static stagecoach.packages.acquisition.AcquisitionFixture.CONFIG;
import static stagecoach.packages.acquisition.AcquisitionFixture.EU;
import static stagecoach.packages.acquisition.AcquisitionFixture.EVERY_REGION_FALLS_BACK;
import static stagecoach.packages.acquisition.AcquisitionFixture.OUTSIDE;
import static stagecoach.packages.acquisition.AcquisitionFixture.SERVER;
import static stagecoach.packages.acquisition.AcquisitionFixture.US;
import static stagecoach.packages.acquisition.AcquisitionFixture.acquired;
import static stagecoach.packages.acquisition.AcquisitionFixture.cache;
import static stagecoach.packages.acquisition.AcquisitionFixture.failed;
import static stagecoach.packages.acquisition.AcquisitionFixture.fromServer;
import static stagecoach.packages.acquisition.AcquisitionFixture.nearest;
import static stagecoach.packages.acquisition.AcquisitionFixture.notReplicated;
import static stagecoach.packages.acquisition.AcquisitionFixture.notStored;
import static stagecoach.packages.acquisition.AcquisitionFixture.outside;
import static stagecoach.packages.acquisition.AcquisitionFixture.replicated;
import static stagecoach.packages.acquisition.AcquisitionFixture.ruled;
import static stagecoach.packages.acquisition.AcquisitionFixture.start;
import static stagecoach.packages.acquisition.AcquisitionFixture.stored;
import static stagecoach.packages.acquisition.AcquisitionFixture.target;
import static stagecoach.packages.acquisition.AcquisitionFixture.told;
import static stagecoach.packages.acquisition.AcquisitionFixture.unavailable;
import static stagecoach.packages.acquisition.AcquisitionFixture.unreached;
import static stagecoach.packages.acquisition.AcquisitionFixture.worker;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionCancelling;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.decider.DeciderSpec;
import stagecoach.packages.acquisition.Acquisition.Underway;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.UnavailableTargets;

class AcquisitionDeciderTest {
    private static final List<HeldInCache> HELD_IN_EU =
            List.of(new HeldInCache(CACHE_EU.source().cache(), SERVER.sha512()));
    private final DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> acquisition =
            DeciderSpec.of(new AcquisitionDecider());
    private final DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> twoRegions =
            acquisition.after(
                    start(
                            List.of(CACHE_EU, CACHE_US),
                            EVERY_REGION_FALLS_BACK,
                            nearest(
                                    SERVER,
                                    target("web-1", EU),
                                    target("web-2", EU),
                                    target("web-4", US))));

    @Test
    void a_package_is_stored_once_then_brought_into_each_regions_cache_once() {
        assertThat(underway(twoRegions).toStore()).hasSize(1);
        assertThat(underway(twoRegions).toFill()).isEmpty();
        var storedOnce = twoRegions.after(stored(SERVER));
        assertThat(underway(storedOnce).toStore()).isEmpty();
        assertThat(underway(storedOnce).toFill().stream().map(Underway.ToFill::cache))
                .containsExactly(CACHE_EU.source(), CACHE_US.source());
    }

    @Test
    void a_regions_targets_start_when_their_cache_holds_the_package_and_wait_for_no_other_region() {
        var events = twoRegions.after(stored(SERVER)).when(replicated(SERVER, CACHE_EU)).events();
        assertThat(told(events).stream().map(t -> t.target().value()))
                .containsExactly("web-1", "web-2");
        assertThat(told(events).getFirst().sources())
                .containsExactly(CACHE_EU.source(), new Source.Server());
    }

    @Test
    void the_run_succeeds_when_every_target_holds_its_packages() {
        var done =
                finish(
                        twoRegions.after(
                                stored(SERVER),
                                replicated(SERVER, CACHE_EU),
                                replicated(SERVER, CACHE_US)));
        assertThat(done.history().getLast())
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e -> assertThat(e.outcome()).isEqualTo(RunOutcome.SUCCEEDED));
    }

    @Test
    void a_region_whose_cache_cannot_be_filled_reads_from_another_or_from_the_server() {
        var spec = twoRegions.after(stored(SERVER), replicated(SERVER, CACHE_EU));
        var events = spec.when(notReplicated(SERVER, CACHE_US, "connection refused")).events();
        assertThat(told(events))
                .singleElement()
                .satisfies(
                        t ->
                                assertThat(t.sources())
                                        .containsExactly(CACHE_EU.source(), new Source.Server()));
    }

    @Test
    void a_region_without_a_cache_reads_from_a_neighbour_that_held_the_package_before() {
        var events =
                acquisition
                        .after(
                                start(
                                        List.of(CACHE_EU),
                                        EVERY_REGION_FALLS_BACK,
                                        HELD_IN_EU,
                                        false,
                                        nearest(SERVER, target("web-4", US))))
                        .when(stored(SERVER))
                        .events();
        assertThat(told(events).getFirst().sources())
                .containsExactly(CACHE_EU.source(), new Source.Server());
    }

    @Test
    void what_a_neighbour_held_before_does_not_count_when_it_failed_now_or_all_is_forced() {
        var caches = List.of(CACHE_EU, CACHE_US);
        var needs = nearest(SERVER, target("web-1", EU), target("web-4", US));
        var broken =
                acquisition
                        .after(
                                start(caches, EVERY_REGION_FALLS_BACK, HELD_IN_EU, false, needs),
                                stored(SERVER),
                                notReplicated(SERVER, CACHE_EU, "damaged"))
                        .when(notReplicated(SERVER, CACHE_US, "refused"))
                        .events();
        assertThat(told(broken).getFirst().sources()).containsExactly(new Source.Server());
        var forced =
                acquisition
                        .after(
                                start(
                                        List.of(CACHE_EU),
                                        EVERY_REGION_FALLS_BACK,
                                        HELD_IN_EU,
                                        true,
                                        nearest(SERVER, target("web-4", US))))
                        .when(stored(SERVER))
                        .events();
        assertThat(told(forced).getFirst().sources()).containsExactly(new Source.Server());
    }

    @Test
    void of_two_caches_the_second_is_filled_only_if_the_first_cannot_be() {
        var second = cache("cache-eu-2", EU, 1);
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU, second),
                                EVERY_REGION_FALLS_BACK,
                                nearest(SERVER, target("web-1", EU))),
                        stored(SERVER));
        assertThat(toFill(spec)).containsExactly(CACHE_EU.source());
        assertThat(toFill(spec.after(replicated(SERVER, CACHE_EU)))).isEmpty();
        var full = spec.after(notReplicated(SERVER, CACHE_EU, "full"));
        assertThat(told(full.history())).isEmpty();
        assertThat(toFill(full)).containsExactly(second.source());
        assertThat(underway(spec).toFill().getFirst().last()).isFalse();
        assertThat(underway(full).toFill().getFirst().last()).isTrue();
        assertThat(told(full.when(replicated(SERVER, second)).events()).getFirst().sources())
                .containsExactly(second.source(), new Source.Server());
    }

    @Test
    void of_two_caches_the_one_that_held_the_package_before_is_asked_first() {
        var second = cache("cache-eu-2", EU, 1);
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU, second),
                                EVERY_REGION_FALLS_BACK,
                                List.of(new HeldInCache(second.source().cache(), SERVER.sha512())),
                                false,
                                nearest(SERVER, target("web-1", EU))),
                        stored(SERVER));
        assertThat(toFill(spec)).containsExactly(second.source());
        assertThat(toFill(spec.after(notReplicated(SERVER, second, "damaged"))))
                .containsExactly(CACHE_EU.source());
    }

    @Test
    void a_server_package_waits_for_no_cache() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                fromServer(CONFIG, target("web-1", EU))));
        var events = spec.when(stored(CONFIG)).events();
        assertThat(told(events))
                .singleElement()
                .satisfies(t -> assertThat(t.sources()).containsExactly(new Source.Server()));
    }

    @Test
    void without_fallback_a_region_without_a_filled_cache_fails_and_says_why() {
        var spec =
                acquisition.after(
                        start(List.of(CACHE_EU), Set.of(EU), nearest(SERVER, target("web-1", EU))),
                        stored(SERVER));
        var events = spec.when(notReplicated(SERVER, CACHE_EU, "disk full")).events();
        assertThat(events)
                .anySatisfy(
                        e ->
                                assertThat(e)
                                        .isInstanceOfSatisfying(
                                                TargetAcquisitionFailed.class,
                                                f ->
                                                        assertThat(f.reason())
                                                                .contains(
                                                                        "serverFallback is false",
                                                                        "cache-eu: disk full")));
        assertThat(events.getLast()).isInstanceOf(AcquisitionEnded.class);
    }

    @Test
    void machines_read_from_the_feed_before_the_server_only_if_they_may_and_no_cache_has_it() {
        var needs = outside(SERVER, PackageSource.NEAREST_CACHE, target("web-1", EU));
        for (List<FeedId> machinesRead : List.of(List.of(OUTSIDE), List.<FeedId>of())) {
            var spec =
                    acquisition.after(
                            start(
                                    List.of(CACHE_EU),
                                    EVERY_REGION_FALLS_BACK,
                                    List.of(),
                                    machinesRead,
                                    false,
                                    needs),
                            stored(SERVER));
            var feed = machinesRead.stream().map(Source.Feed::new);
            assertThat(
                            told(spec.when(notReplicated(SERVER, CACHE_EU, "disk full")).events())
                                    .getFirst()
                                    .sources())
                    .isEqualTo(Stream.concat(feed, Stream.of(new Source.Server())).toList());
        }
    }

    @Test
    void what_came_from_the_feed_is_told_with_its_name_also_where_the_server_must_not_upload() {
        var needs = outside(SERVER, PackageSource.FEED, target("web-1", EU));
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                Set.of(EU),
                                List.of(),
                                List.of(OUTSIDE),
                                false,
                                needs),
                        stored(SERVER));
        var told = told(spec.history()).getFirst();
        assertThat(told.sources()).containsExactly(new Source.Feed(OUTSIDE));
        assertThat(spec.when(acquired(told)).events())
                .filteredOn(TargetAcquired.class::isInstance)
                .singleElement()
                .extracting(event -> ((TargetAcquired) event).servedBy())
                .isEqualTo(ServedBy.feed(OUTSIDE));

        var refused =
                acquisition
                        .after(start(List.of(CACHE_EU), Set.of(EU), needs))
                        .when(stored(SERVER))
                        .events();
        assertThat(refused)
                .filteredOn(TargetAcquisitionFailed.class::isInstance)
                .singleElement()
                .extracting(event -> ((TargetAcquisitionFailed) event).reason())
                .isEqualTo(
                        "region eu must not read from the server (serverFallback is false) nor from the feed company (machinesRead is false)");
    }

    @Test
    void a_package_that_cannot_be_stored_fails_for_all_its_targets() {
        var events = twoRegions.when(notStored(SERVER, "it is gone from the store")).events();
        assertThat(events.stream().filter(TargetAcquisitionFailed.class::isInstance)).hasSize(3);
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e ->
                                assertThat(e.reason().orElseThrow())
                                        .contains(
                                                "Shop.Server 1.0.0",
                                                "web-1",
                                                "2 more",
                                                "gone from the store"));
    }

    @Test
    void a_worker_acquires_like_a_target_and_is_never_taken_for_one_of_its_name() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(SERVER, target("hq-1", EU), worker("hq-1"))),
                        stored(SERVER));
        var worker = told(spec.history()).getFirst();
        assertThat(worker.target().value()).isEqualTo("worker:hq-1");
        assertThat(worker.agent().value()).isEqualTo("worker:hq-1");
        assertThat(worker.sources()).containsExactly(new Source.Server());
        var target = told(spec.when(replicated(SERVER, CACHE_EU)).events()).getFirst();
        assertThat(target.agent().value()).isEqualTo("target:hq-1");
        assertThat(target.ticket()).isNotEqualTo(worker.ticket());
        var end =
                spec.after(replicated(SERVER, CACHE_EU), acquired(target))
                        .when(failed(worker, "the disk is full"))
                        .events()
                        .getLast();
        assertThat(end)
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e ->
                                assertThat(e.reason())
                                        .contains(
                                                "Shop.Server 1.0.0 could not be brought to worker hq-1: the disk is full"));
    }

    @Test
    void a_failed_target_does_not_keep_the_others_from_acquiring() {
        var spec =
                twoRegions.after(
                        stored(SERVER), replicated(SERVER, CACHE_EU), replicated(SERVER, CACHE_US));
        var first = underway(spec).atWork().getFirst();
        var done = finish(spec.after(failed(first, "disk full")));
        assertThat(done.history().getLast())
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e -> {
                            assertThat(e.outcome()).isEqualTo(RunOutcome.FAILED);
                            assertThat(e.missing())
                                    .singleElement()
                                    .satisfies(
                                            m -> assertThat(m.target()).isEqualTo(first.target()));
                        });
    }

    @Test
    void an_unavailable_target_fails_at_once_and_the_others_go_on() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(
                                        SERVER,
                                        target("web-1", EU),
                                        unavailable("web-2", EU, "its tentacle is away"))));
        assertThat(spec.history()).anyMatch(TargetAcquisitionFailed.class::isInstance);
        assertThat(underway(spec).toStore()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(value = UnavailableTargets.class, mode = EnumSource.Mode.EXCLUDE, names = "EXCLUDE")
    void a_target_that_goes_missing_is_treated_by_the_rule_of_its_steps(UnavailableTargets rule) {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(
                                        SERVER,
                                        target("web-1", EU),
                                        ruled(target("web-2", EU), rule))),
                        stored(SERVER),
                        replicated(SERVER, CACHE_EU));
        var told = told(spec.history());
        var end =
                spec.after(acquired(told.getFirst()), unreached(told.getLast()))
                        .history()
                        .getLast();
        boolean skips = rule == UnavailableTargets.SKIP;
        assertThat(end)
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e -> {
                            assertThat(e.outcome())
                                    .isEqualTo(skips ? RunOutcome.SUCCEEDED : RunOutcome.FAILED);
                            assertThat(e.missing())
                                    .singleElement()
                                    .satisfies(
                                            m -> assertThat(m.target().shown()).contains("web-2"));
                        });
    }

    @Test
    void a_target_that_is_there_and_cannot_get_its_package_fails_whatever_its_rule() {
        var spec =
                acquisition.after(
                        start(
                                List.of(CACHE_EU),
                                EVERY_REGION_FALLS_BACK,
                                nearest(
                                        SERVER,
                                        ruled(target("web-1", EU), UnavailableTargets.SKIP))),
                        stored(SERVER),
                        replicated(SERVER, CACHE_EU));
        var told = told(spec.history()).getFirst();
        assertThat(spec.after(failed(told, "disk full")).history().getLast())
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e -> assertThat(e.outcome()).isEqualTo(RunOutcome.FAILED));
    }

    @Test
    void only_who_is_waited_for_may_be_away_for_as_long_as_the_steps_say() {
        var ten = Duration.ofMinutes(10);
        for (var rule : UnavailableTargets.values()) {
            var web = target("web-1", EU);
            var spec =
                    acquisition.after(
                            start(
                                    List.of(CACHE_EU),
                                    EVERY_REGION_FALLS_BACK,
                                    nearest(
                                            SERVER,
                                            new NeedingTarget(
                                                    web.target(),
                                                    web.agent(),
                                                    web.region(),
                                                    web.unavailable(),
                                                    Optional.of(rule),
                                                    Optional.of(ten)))),
                            stored(SERVER),
                            replicated(SERVER, CACHE_EU));
            var underway = underway(spec);
            assertThat(underway.waitFor(underway.atWork().getFirst()))
                    .isEqualTo(
                            rule == UnavailableTargets.WAIT ? Optional.of(ten) : Optional.empty());
        }
    }

    @Test
    void a_repeated_report_changes_nothing() {
        var spec = twoRegions.after(stored(SERVER), replicated(SERVER, CACHE_EU));
        spec.when(stored(SERVER)).thenNothing();
        spec.when(replicated(SERVER, CACHE_EU)).thenNothing();
        var told = underway(spec).atWork().getFirst();
        spec.after(acquired(told)).when(acquired(told)).thenNothing();
        spec.after(acquired(told)).when(failed(told, "late")).thenNothing();
    }

    @Test
    void a_cancelled_run_begins_nothing_new_and_ends_when_what_runs_has_ended() {
        var spec =
                twoRegions.after(
                        stored(SERVER),
                        replicated(SERVER, CACHE_EU),
                        new AcquisitionCommand.Cancel());
        assertThat(spec.history().getLast()).isInstanceOf(AcquisitionCancelling.class);
        assertThat(told(spec.when(replicated(SERVER, CACHE_US)).events())).isEmpty();
        assertThat(underway(spec).toFill()).isEmpty();
        var done = finish(spec);
        assertThat(done.history().getLast())
                .isInstanceOfSatisfying(
                        AcquisitionEnded.class,
                        e -> assertThat(e.outcome()).isEqualTo(RunOutcome.CANCELLED));
    }

    /** Reports success for all that is at work until nothing is. */
    private static DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> finish(
            DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> spec) {
        var at = spec;
        while (at.state() instanceof Underway underway && !underway.atWork().isEmpty()) {
            at = at.after(acquired(underway.atWork().getFirst()));
        }
        return at;
    }

    private static Underway underway(
            DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> spec) {
        return (Underway) spec.state();
    }

    private static List<Source.OfCache> toFill(
            DeciderSpec<Acquisition, AcquisitionCommand, AcquisitionEvent> spec) {
        return underway(spec).toFill().stream().map(Underway.ToFill::cache).toList();
    }
}
