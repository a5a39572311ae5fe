package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.UnavailableTargets;

/** The way of a deployment when nothing fails: phases in order, needs, targets that come late. */
class PhasesTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private Play demo(Roster roster) {
        return Play.started(
                roster,
                Shop.queued(
                        Shop.preAcquisition("open-tunnel"),
                        Shop.install("server", Shop.SERVER),
                        Shop.script("start"),
                        Shop.always("close-tunnel")));
    }

    @Test
    void a_deployment_goes_through_its_three_phases_and_succeeds() {
        var play = demo(twoWebs);
        assertThat(play.newestWork()).containsExactly("open-tunnel on worker hq-1");
        play.succeeds();
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
        play.succeeds();
        assertThat(play.newestWork())
                .containsExactly(
                        "server on web-1 (eu)",
                        "server on web-2 (eu)",
                        "start on web-1 (eu)",
                        "start on web-2 (eu)",
                        "close-tunnel on worker hq-1");
        play.succeeds();
        assertThat(play.runs())
                .containsExactly(
                        "1 PRE_ACQUISITION NORMAL", "2 ACQUISITION NORMAL", "3 DEPLOYMENT NORMAL");
        assertThat(play.end().state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(play.end().failure()).isEmpty();
    }

    @Test
    void invariant_1_no_acquisition_begins_before_the_pre_acquisition_steps_have_ended() {
        var history = demo(twoWebs).succeeds().history();
        int ended = indexOf(history, PhaseEnded.class);
        assertThat(history.subList(0, ended)).filteredOn(PhaseStarted.class::isInstance).hasSize(1);
        assertThat(history.subList(ended, history.size()))
                .filteredOn(PhaseStarted.class::isInstance)
                .hasSize(1);
    }

    @Test
    void invariant_2_deployment_begins_only_when_every_needed_package_is_held() {
        var play = demo(twoWebs).succeeds().succeeds();
        assertThat(CurrentRun.startingAt(play.current().assignments()))
                .containsExactlyInAnyOrder(Shop.target("web-1"), Shop.target("web-2"));
        var failed = demo(twoWebs).succeeds().failsToAcquireFor("web-2", "the disk is full").runs();
        assertThat(failed).last().isEqualTo("3 DEPLOYMENT CLEANUP");
    }

    @Test
    void invariant_3_with_nothing_needed_there_is_no_acquisition() {
        var play = Play.started(twoWebs, Shop.queued(Shop.script("start")));
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
    }

    @Test
    void invariant_3_with_no_matching_target_there_is_no_acquisition_and_the_step_says_why() {
        var play = Play.started(Shop.roster(), Shop.queued(Shop.install("server", Shop.SERVER)));
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
        assertThat(play.newestWork())
                .containsExactly("server skipped: no target in production has the tag web");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_process_without_steps_succeeds_at_once() {
        var play = Play.started(twoWebs, Shop.queued());
        assertThat(play.runs()).isEmpty();
        assertThat(play.end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_second_start_changes_nothing() {
        var play = demo(twoWebs);
        play.spec()
                .when(new DeploymentCommand.Start(play.observation(), Optional.empty()))
                .thenNothing();
    }

    @Test
    void invariant_5_a_report_for_an_older_run_changes_nothing() {
        var play = demo(twoWebs).succeeds();
        play.spec().when(play.endOf(1)).thenNothing();
        play.spec().when(play.endOf(3)).thenNothing();
        play.succeeds().succeeds();
        play.spec().when(play.endOf(3)).thenNothing();
    }

    @Test
    void targets_are_matched_when_pre_acquisition_has_ended_since_a_tunnel_may_bring_them() {
        var dark = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        var play = demo(dark).seeing(twoWebs).succeeds();
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
    }

    @Test
    void a_missing_target_fails_the_acquisition_unless_its_steps_skip_it() {
        var roster = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        assertThat(
                        Play.started(roster, Shop.queued(Shop.install("server", Shop.SERVER)))
                                .newestWork())
                .containsExactly(
                        "Shop.Server to web-1",
                        "Shop.Server to web-2 but its connection has closed");
        var skipping =
                Play.started(
                        roster,
                        Shop.queued(Shop.install("server", Shop.SERVER).skippingUnavailable()));
        assertThat(skipping.newestWork()).containsExactly("Shop.Server to web-1");
        assertThat(skipping.succeeds().newestWork())
                .containsExactly(
                        "server on web-1 (eu)",
                        "server on web-2 (eu) but its connection has closed");
    }

    @Test
    void invariant_6_a_target_that_joins_is_acquired_for_in_a_run_of_its_own_before_its_steps() {
        var play =
                Play.started(
                                Shop.roster(Shop.web("web-1")),
                                Shop.queued(Shop.install("server", Shop.SERVER)))
                        .seeing(twoWebs)
                        .succeeds();
        assertThat(play.history())
                .filteredOn(TargetJoined.class::isInstance)
                .extracting(e -> ((TargetJoined) e).target())
                .containsExactly(Shop.target("web-2"));
        assertThat(play.newestWork()).containsExactly("Shop.Server to web-2");
        assertThat(play.succeeds().newestWork())
                .containsExactly("server on web-1 (eu)", "server on web-2 (eu)");
        assertThat(play.runs())
                .containsExactly(
                        "1 ACQUISITION NORMAL", "2 ACQUISITION NORMAL", "3 DEPLOYMENT NORMAL");
    }

    @Test
    void after_three_rounds_of_growth_whoever_comes_is_missed() {
        var play =
                Play.started(
                        Shop.roster(Shop.web("web-1")),
                        Shop.queued(Shop.install("server", Shop.SERVER), Shop.script("start")));
        var machines = new java.util.ArrayList<>(List.of(Shop.web("web-1")));
        for (int n = 2; n <= 5; n++) {
            machines.add(Shop.web("web-" + n));
            play.seeing(new Roster(machines, List.of())).succeeds();
        }
        assertThat(play.history()).filteredOn(TargetJoined.class::isInstance).hasSize(3);
        assertThat(play.history())
                .filteredOn(TargetMissed.class::isInstance)
                .extracting(e -> ((TargetMissed) e).target())
                .containsExactly(Shop.target("web-5"));
        assertThat(CurrentRun.startingAt(play.current().assignments()))
                .hasSize(4)
                .doesNotContain(Shop.target("web-5"));
    }

    @Test
    void a_target_that_comes_during_deployment_is_missed_once() {
        var play =
                Play.started(
                                Shop.roster(Shop.web("web-1")),
                                Shop.queued(Shop.install("server", Shop.SERVER)))
                        .succeeds()
                        .seeing(twoWebs);
        play.spec()
                .when(new DeploymentCommand.LookAgain(play.observation()))
                .then(new TargetMissed(Shop.target("web-2"), "it came when DEPLOYMENT had begun"));
        play.lookedAgain();
        play.spec().when(new DeploymentCommand.LookAgain(play.observation())).thenNothing();
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_target_that_blinks_during_deployment_is_not_missed() {
        var play = demo(twoWebs).succeeds().succeeds();
        play.spec().when(new DeploymentCommand.LookAgain(play.observation())).thenNothing();
    }

    @Test
    void machines_at_which_a_run_would_fail_are_waited_for() {
        var dark = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        var play = demo(dark).waitingForArrivals().succeeds();
        assertThat(play.history())
                .last()
                .isEqualTo(
                        new ArrivalsAwaited(
                                List.of("web-2 (eu): its connection has closed"),
                                Play.ARRIVALS_UNTIL));
        assertThat(new DeploymentDecider().timersOf(play.spec().state()))
                .containsEntry(DeploymentDecider.ARRIVALS, Play.ARRIVALS_UNTIL);
        play.spec().when(new DeploymentCommand.LookAgain(play.observation())).thenNothing();
        play.seeing(twoWebs).lookedAgain();
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
        assertThat(new DeploymentDecider().timersOf(play.spec().state())).isEmpty();
    }

    @Test
    void when_the_wait_is_over_the_run_begins_without_the_missing() {
        var dark = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
        var play = demo(dark).waitingForArrivals().succeeds();
        play.spec()
                .when(
                        new DeploymentCommand.BeginWithoutThem(
                                Instant.parse("2026-11-24T05:00:00Z"), play.observation()))
                .thenNothing();
        play.arrivalsAreDue();
        assertThat(play.newestWork())
                .containsExactly(
                        "Shop.Server to web-1",
                        "Shop.Server to web-2 but its connection has closed");
    }

    @Test
    void a_step_that_the_plan_leaves_out_is_told_with_its_reason() {
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(
                                Shop.leftOut(Shop.install("server", Shop.SERVER), "it is disabled"),
                                Shop.script("start")));
        assertThat(play.newestWork())
                .containsExactly(
                        "server skipped: it is disabled",
                        "start on web-1 (eu)",
                        "start on web-2 (eu)");
    }

    @Test
    void a_run_that_says_cancelled_without_a_cancel_has_failed() {
        var play = demo(twoWebs);
        play.then(play.end(RunOutcome.CANCELLED, StepState.CANCELLED));
        assertThat(play.history())
                .filteredOn(PhaseEnded.class::isInstance)
                .extracting(e -> ((PhaseEnded) e).outcome())
                .containsExactly(RunOutcome.FAILED);
        assertThat(Optional.of(play.runs().getLast())).contains("2 DEPLOYMENT CLEANUP");
    }

    /** What fails by no machine that is missing may take it out, in a clean-up as everywhere. */
    @Test
    void a_health_check_of_a_clean_up_takes_out_who_does_not_answer_and_other_steps_skip_him() {
        var alive =
                Shop.script("alive", Condition.FAILURE).toBuilder()
                        .unavailable(UnavailableTargets.EXCLUDE)
                        .build();
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(
                                Shop.preAcquisition("open"),
                                alive,
                                Shop.script("undo", Condition.FAILURE)));
        play.then(play.end(RunOutcome.FAILED, StepState.FAILED));
        assertThat(play.current().assignments())
                .extracting(
                        assignment ->
                                assignment.step().name().value()
                                        + " "
                                        + assignment.step().unavailableTargets())
                .containsExactly("alive EXCLUDE", "undo SKIP");
    }

    private static int indexOf(List<?> events, Class<?> type) {
        return events.stream().map(Object::getClass).toList().indexOf(type);
    }
}
