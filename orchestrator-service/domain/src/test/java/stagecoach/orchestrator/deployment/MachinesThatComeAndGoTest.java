package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.orchestrator.needs.Settled;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;

/**
 * The part of {@link PhaseOrderTest} about machines that come, go and come back: each gets its
 * packages before its steps, or it is said why not.
 */
class MachinesThatComeAndGoTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private static DeploymentQueued demo() {
        return Shop.queued(
                Shop.preAcquisition("open-tunnel"),
                Shop.install("server", Shop.SERVER),
                Shop.script("start"),
                Shop.install("rescue", Shop.CONFIG, Condition.FAILURE),
                Shop.always("close-tunnel"));
    }

    @Test
    void a_target_that_joins_late_gets_its_packages_before_its_steps() {
        var play =
                Play.started(twoWebs, demo())
                        .succeeds()
                        .seeing(
                                Shop.roster(
                                        Shop.web("web-1"), Shop.web("web-2"), Shop.web("web-3")))
                        .succeeds();
        assertThat(play.history()).hasAtLeastOneElementOfType(TargetJoined.class);
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-3", "Shop.Config to web-3");
        assertThat(play.succeeds().newestWork()).contains("server on web-3 (eu)");
    }

    @Test
    void a_target_that_comes_during_deployment_is_missed_and_said() {
        var play = Play.started(twoWebs, demo()).succeeds().succeeds();
        play.seeing(Shop.roster(Shop.web("web-1"), Shop.web("web-2"), Shop.web("web-3")));
        play.spec()
                .when(new LookAgain(play.observation()))
                .then(new TargetMissed(Shop.target("web-3"), "it came when DEPLOYMENT had begun"));
    }

    private Play awaiting(Duration waitFor) {
        return Play.started(
                Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone())),
                Shop.queued(Shop.awaiting(Shop.install("server", Shop.SERVER), waitFor)));
    }

    @Test
    void a_target_that_is_waited_for_is_acquired_for_when_it_comes_back() {
        var play = awaiting(Duration.ofHours(1));
        assertThat(play.history().getLast())
                .isEqualTo(
                        new ArrivalsAwaited(
                                List.of("web-2 (eu): its connection has closed"),
                                Play.NOW.plus(Duration.ofHours(1))));
        play.seeing(twoWebs).lookedAgain();
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
    }

    @Test
    void a_target_that_was_waited_for_in_vain_fails_the_acquisition() {
        var play = awaiting(Duration.ofHours(1));
        play.then(
                new DeploymentCommand.BeginWithoutThem(
                        Play.NOW.plus(Duration.ofHours(1)), play.observation()));
        assertThat(play.newestWork())
                .containsExactly(
                        "Shop.Server to web-1",
                        "Shop.Server to web-2 but its connection has closed");
    }

    @Test
    void a_missing_target_is_treated_by_the_strictest_rule_of_the_steps_that_need_it() {
        var missing = Shop.roster(Shop.web("web-1", Shop.gone()));
        var server = Shop.install("server", Shop.SERVER);
        var again = Shop.install("again", Shop.SERVER);
        var hour = Duration.ofHours(1);
        assertThat(
                        Play.started(
                                        missing,
                                        Shop.queued(
                                                server.skippingUnavailable(),
                                                Shop.awaiting(again, hour)))
                                .history())
                .hasAtLeastOneElementOfType(ArrivalsAwaited.class);
        assertThat(
                        Play.started(missing, Shop.queued(Shop.awaiting(server, hour), again))
                                .newestWork())
                .containsExactly("Shop.Server to web-1 but its connection has closed");
        assertThat(Play.started(missing, Shop.queued(server.skippingUnavailable())).runs())
                .containsExactly("1 DEPLOYMENT NORMAL");
    }

    @Test
    void a_machine_that_a_health_check_asks_for_holds_up_nothing_before_that_check() {
        var isUp =
                Shop.awaiting(
                        Shop.script("is-up").toBuilder()
                                .kind(PlannedStep.Kind.HEALTH_CHECK)
                                .build(),
                        Duration.ofMinutes(10));
        var play =
                Play.started(
                        Shop.roster(Shop.web("web-1", Shop.gone())),
                        Shop.queued(
                                Shop.always("start-vm"),
                                isUp,
                                Shop.awaiting(Shop.script("use"), Duration.ofMinutes(10))));
        assertThat(play.history()).doesNotHaveAnyElementsOfTypes(ArrivalsAwaited.class);
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
    }

    @Test
    void what_stands_before_the_health_check_is_waited_for_as_ever() {
        var isUp = Shop.script("is-up").toBuilder().kind(PlannedStep.Kind.HEALTH_CHECK).build();
        var play =
                Play.started(
                        Shop.roster(Shop.web("web-1", Shop.gone())),
                        Shop.queued(
                                Shop.awaiting(Shop.script("use"), Duration.ofMinutes(10)), isUp));
        assertThat(play.history()).hasAtLeastOneElementOfType(ArrivalsAwaited.class);
    }

    @Test
    void an_acquisition_without_those_that_went_missing_goes_on_where_the_steps_allow_it() {
        var server = Shop.install("server", Shop.SERVER).skippingUnavailable();
        var play = Play.started(twoWebs, Shop.queued(server));
        play.seeing(Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone())))
                .acquiresAllBut("web-2");
        assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL", "2 DEPLOYMENT NORMAL");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void who_comes_back_after_an_acquisition_went_on_without_it_is_acquired_for() {
        var server = Shop.install("server", Shop.SERVER).skippingUnavailable();
        var play = Play.started(twoWebs, Shop.queued(server)).acquiresAllBut("web-2");
        assertThat(play.newestWork()).containsExactly("Shop.Server to web-2");
    }

    @Test
    void of_500_targets_3_that_are_down_are_skipped_where_the_step_allows_it() {
        var play =
                Play.started(
                        manyWithThreeDown(),
                        Shop.queued(Shop.install("server", Shop.SERVER).skippingUnavailable()));
        assertThat(play.newestWork()).hasSize(497).noneMatch(work -> work.contains("but"));
        play.succeeds();
        assertThat(play.newestWork()).hasSize(500);
        assertThat(play.current().pairs()).hasSize(497);
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void of_500_targets_3_that_are_down_fail_it_where_no_step_allows_it() {
        var play =
                Play.started(manyWithThreeDown(), Shop.queued(Shop.install("server", Shop.SERVER)));
        assertThat(play.newestWork())
                .hasSize(500)
                .filteredOn(work -> work.contains("but its connection has closed"))
                .hasSize(3);
        assertThat(play.failsToAcquireFor("web-100", "its connection has closed").end().state())
                .isEqualTo(DeploymentState.FAILED);
    }

    private static Roster manyWithThreeDown() {
        return Shop.roster(
                IntStream.range(0, 500)
                        .mapToObj(
                                number ->
                                        number % 200 == 100 || number == 7
                                                ? Shop.web("web-" + number, Shop.gone())
                                                : Shop.web("web-" + number))
                        .toArray(KnownTarget[]::new));
    }

    @Test
    void a_target_that_a_health_check_takes_out_gets_no_packages_and_runs_nothing_more() {
        var down = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        var play =
                Play.started(
                        down,
                        Shop.queued(
                                Shop.preAcquisition("is-up"),
                                Shop.install("server", Shop.SERVER),
                                Shop.always("report")));
        play.succeedsWithout("web-2");
        assertThat(play.history())
                .contains(
                        new TargetExcluded(
                                new TargetId("web-2"),
                                "taken out of this deployment, because it did not answer a health check"));
        assertThat(play.newestWork()).containsExactly("Shop.Server to web-1");
        assertThat(play.succeeds().newestWork())
                .containsExactly("server on web-1 (eu)", "report on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void who_was_left_out_is_named_as_long_as_an_event_can_hold_it() {
        assertThat(namedWith(PhasePlan.PLACES_MAX - 1)).isEqualTo(1);
        assertThat(namedWith(PhasePlan.PLACES_MAX)).isZero();
    }

    /** How many are named where one more was left out than the step has places. */
    private static int namedWith(int places) {
        var webs =
                IntStream.rangeClosed(0, places)
                        .mapToObj(n -> Shop.web("web-" + n))
                        .toArray(KnownTarget[]::new);
        var progress =
                new Progress(
                        1,
                        0,
                        Set.of(),
                        Set.of(new TargetId("web-0")),
                        false,
                        Set.of(),
                        Attempt.FRESH);
        var plan =
                new PhasePlan(
                        Shop.queued(Shop.script("start")),
                        progress,
                        Shop.roster(webs),
                        Settled.NOTHING);
        var only = plan.normal(Phase.DEPLOYMENT).getFirst();
        assertThat(only.places()).hasSize(places);
        return only.leftOut().size();
    }
}
