package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.DeciderSpec;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.process.Condition;

/** Invariant 8: a cancelled deployment ends, within a bound, and says what may still run. */
class CancelTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private Play demo() {
        return Play.queued(
                twoWebs,
                Shop.queued(
                        Shop.preAcquisition("open-tunnel"),
                        Shop.install("server", Shop.SERVER),
                        Shop.script("start"),
                        Shop.always("close-tunnel")));
    }

    @Test
    void a_queued_deployment_ends_at_once() {
        var play = demo();
        play.spec()
                .when(new DeploymentCommand.Cancel("ada", Play.DEADLINE, false, play.observation()))
                .then(
                        new CancelRequested("ada", Play.DEADLINE),
                        new DeploymentEnded(
                                DeploymentState.CANCELLED,
                                Optional.of("cancelled by ada"),
                                List.of()));
    }

    @Test
    void invariant_8_cancelled_in_any_phase_it_runs_the_always_steps_and_ends() {
        for (int runsBefore = 0; runsBefore < 3; runsBefore++) {
            var play = demo().start();
            for (int run = 0; run < runsBefore; run++) {
                play.succeeds();
            }
            play.cancelled().endsCancelled();
            assertThat(play.newestWork()).containsExactly("close-tunnel on worker hq-1");
            assertThat(play.runs()).last().asString().endsWith("DEPLOYMENT CLEANUP");
            assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.CANCELLED);
        }
    }

    @Test
    void nothing_is_cleaned_up_on_a_target_that_a_health_check_took_out_before_the_cancel() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.queued(
                                        Shop.script("start"),
                                        Shop.script("tidy", Condition.ALWAYS)))
                        .cancelled()
                        .endsCancelledWithout("web-2");
        assertThat(play.newestWork()).containsExactly("tidy on web-1 (eu)");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void always_steps_that_have_already_run_in_this_attempt_do_not_run_again() {
        var play = demo().start().succeeds().succeeds().cancelled().succeeds();
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void a_cancel_that_is_repeated_changes_nothing_and_the_always_steps_run() {
        var play = demo().start().succeeds().cancelled().cancelled();
        play.spec()
                .when(new DeploymentCommand.Cancel("bob", Play.DEADLINE, false, play.observation()))
                .thenNothing();
        play.endsCancelled().cancelled();
        assertThat(play.newestWork()).containsExactly("close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void a_second_cancel_that_says_so_skips_the_clean_up() {
        var play = demo().start().succeeds().cancelled();
        var skip = new DeploymentCommand.Cancel("bob", Play.DEADLINE, true, play.observation());
        play.spec().when(skip).then(new CleanupSkipped("bob"));
        play.cancelledWithoutCleanUp();
        play.spec().when(skip).thenNothing();
        assertThat(play.endsCancelled().end().state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(play.runs()).hasSize(2);
    }

    @Test
    void the_first_cancel_may_say_so_too() {
        var play = demo().start().cancelledWithoutCleanUp();
        assertThat(play.endsCancelled().end().state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(play.runs()).hasSize(1);
    }

    @Test
    void a_cancel_without_clean_up_during_the_clean_up_ends_with_that_run() {
        var play = demo().start().cancelled().endsCancelled().cancelledWithoutCleanUp();
        assertThat(play.endsCancelled().end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void a_cancel_during_the_clean_up_of_a_failure_keeps_the_failure_in_its_sentence() {
        var play = demo().start().failsAt("open-tunnel", "", "exit 2").cancelled();
        play.endsCancelled().succeeds();
        assertThat(play.end())
                .isEqualTo(
                        new DeploymentEnded(
                                DeploymentState.CANCELLED,
                                Optional.of(
                                        "cancelled by ada; besides: step \"open-tunnel\" on"
                                                + " worker hq-1, exit 2"),
                                List.of()));
    }

    @Test
    void invariant_8_at_the_deadline_it_ends_without_the_workers_and_says_what_may_still_run() {
        var play = demo().start().succeeds().succeeds().cancelled();
        assertThat(new DeploymentDecider().timersOf(play.spec().state()))
                .isEqualTo(Map.of(DeploymentDecider.CANCEL_DEADLINE, Play.DEADLINE));
        play.deadlinePasses();
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(play.end().failure())
                .contains(
                        "cancelled by ada; nothing was heard of DEPLOYMENT (run 3) until the"
                                + " deadline");
        assertThat(play.end().mayStillRun())
                .contains(new Pair(Shop.step("start"), Optional.of(Shop.target("web-1"))))
                .hasSize(5);
        assertThat(new DeploymentDecider().timersOf(play.spec().state())).isEmpty();
        play.spec().when(play.endOf(3)).thenNothing();
    }

    @Test
    void another_deadline_is_not_its_own() {
        demo().start()
                .cancelled()
                .spec()
                .when(new DeploymentCommand.EndNow(Instant.parse("2026-11-24T05:00:00Z")))
                .thenNothing();
    }

    @Test
    void invariant_8_an_abandoned_process_is_reported_as_one_that_may_still_run() {
        var play = demo().start().succeeds().succeeds().cancelled();
        var pair = new Pair(Shop.step("start"), Optional.of(Shop.target("web-1")));
        play.then(
                new DeploymentCommand.EndPhase(
                        play.current().run(),
                        RunOutcome.CANCELLED,
                        Optional.empty(),
                        List.of(
                                new PairResult(
                                        pair,
                                        Optional.empty(),
                                        StepState.UNKNOWN,
                                        Optional.of("abandoned"),
                                        true)),
                        List.of(),
                        play.observation()));
        assertThat(play.succeeds().end().mayStillRun()).containsExactly(pair);
    }

    @ParameterizedTest
    @EnumSource(
            value = StepState.class,
            names = {"CANCELLED", "SKIPPED"})
    void a_clean_up_starts_nothing_a_second_time_beside_what_may_still_run(StepState ended) {
        var play = demo().start().succeeds().succeeds().cancelled();
        var close = new Pair(Shop.step("close-tunnel"), Optional.empty());
        play.then(
                new DeploymentCommand.EndPhase(
                        play.current().run(),
                        RunOutcome.CANCELLED,
                        Optional.empty(),
                        List.of(
                                new PairResult(
                                        close,
                                        Optional.of(new WorkerId("hq-1")),
                                        ended,
                                        Optional.of("given up; it may still run"),
                                        true)),
                        List.of(),
                        play.observation()));
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(play.end().mayStillRun()).containsExactly(close);
    }

    @Test
    void invariant_8_a_clean_end_of_a_later_try_does_not_hide_what_was_given_up() {
        var play = demo().start().succeeds().succeeds().cancelled().deadlinePasses();
        var givenUp = play.end().mayStillRun();
        assertThat(givenUp).isNotEmpty();
        play.retried(RetryFrom.FAILED).start().succeeds().succeeds().succeeds();
        assertThat(play.end().state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(play.end().mayStillRun()).isEqualTo(givenUp);
    }

    @Test
    void a_wait_for_machines_is_no_hindrance() {
        var play =
                Play.queued(
                                Shop.roster(Shop.web("web-1", Shop.gone())),
                                Shop.queued(Shop.script("start"), Shop.always("close-tunnel")))
                        .waitingForArrivals()
                        .start()
                        .cancelled();
        assertThat(play.newestWork()).containsExactly("close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void what_has_ended_cannot_be_cancelled_but_a_repeat_is_no_mistake() {
        var cancel =
                new DeploymentCommand.Cancel("ada", Play.DEADLINE, false, demo().observation());
        demo().cancelled().spec().when(cancel).thenNothing();
        demo().start()
                .succeeds()
                .succeeds()
                .succeeds()
                .spec()
                .when(cancel)
                .thenRejected("deployment-ended");
        DeciderSpec.of(new DeploymentDecider()).when(cancel).thenRejected("not-found");
    }

    @Test
    void a_clean_up_that_fails_is_said() {
        var play = demo().start().cancelled().endsCancelled();
        play.failsAt("close-tunnel", "", "exit 3");
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
        assertThat(play.end().failure())
                .contains(
                        "cancelled by ada; besides: the clean-up failed: step \"close-tunnel\" on"
                                + " worker hq-1, exit 3");
    }

    @Test
    void a_cancelled_deployment_can_be_retried() {
        var play = demo().start().cancelled().endsCancelled().succeeds();
        assertThat(play.retried(RetryFrom.FAILED).start().newestWork())
                .containsExactly("open-tunnel on worker hq-1");
    }
}
