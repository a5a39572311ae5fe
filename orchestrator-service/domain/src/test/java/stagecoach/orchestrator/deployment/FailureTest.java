package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Purpose;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.process.Condition;

/** What follows a failure: clean-up, the sentence, and the next attempt. */
class FailureTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private Play demo() {
        return Play.started(
                twoWebs,
                Shop.queued(
                        Shop.preAcquisition("open-tunnel"),
                        Shop.install("server", Shop.SERVER),
                        Shop.script("start"),
                        Shop.install("undo", Shop.CONFIG, Condition.FAILURE),
                        Shop.always("close-tunnel")));
    }

    @Test
    void a_failure_within_deployment_ends_it_with_a_sentence_a_person_can_act_on() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("start", "web-2", "exit code 1: port 8443 is taken by pid 3127");
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.end().failure())
                .contains(
                        "step \"start\" on web-2 (eu), exit 1: \"port 8443 is taken by pid 3127\"");
        assertThat(play.runs()).hasSize(3);
    }

    @Test
    void a_failed_worker_step_names_its_worker() {
        var play = demo().failsAt("open-tunnel", "", "timed out after PT1H");
        assertThat(play.succeeds().succeeds().end().failure())
                .contains("step \"open-tunnel\" on worker hq-1: timed out after PT1H");
    }

    @Test
    void failed_pre_acquisition_acquires_for_clean_up_only_and_then_cleans_up() {
        var play = demo().failsAt("open-tunnel", "", "exit 2");
        assertThat(play.newestWork())
                .containsExactly("Shop.Config to web-1", "Shop.Config to web-2");
        assertThat(play.succeeds().newestWork())
                .containsExactly(
                        "undo on web-1 (eu)", "undo on web-2 (eu)", "close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.runs())
                .containsExactly(
                        "1 PRE_ACQUISITION NORMAL",
                        "2 ACQUISITION CLEANUP",
                        "3 DEPLOYMENT CLEANUP");
    }

    @Test
    void invariant_4_a_failed_acquisition_never_lets_a_success_step_run() {
        var play = demo().succeeds().failsToAcquireFor("web-2", "no cache could be reached");
        assertThat(play.newestWork()).containsExactly("Shop.Config to web-2");
        play.failsToAcquireFor("web-2", "no cache could be reached");
        assertThat(play.newestWork())
                .containsExactly(
                        "undo on web-1 (eu)",
                        "undo on web-2 (eu) but Shop.Config 1.2.0 is not there: no cache could be"
                                + " reached",
                        "close-tunnel on worker hq-1");
        play.succeeds();
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.end().failure().orElseThrow())
                .startsWith(
                        "Shop.Server 1.2.0 could not be brought to web-2 (eu): no cache could be"
                                + " reached; missing too: Shop.Config on web-2");
        assertThat(play.phases())
                .filteredOn(p -> p.purpose() == Purpose.CLEANUP)
                .extracting(p -> p.run().value())
                .containsExactly(3, 4);
    }

    @Test
    void a_clean_up_without_steps_is_none() {
        var play =
                Play.started(twoWebs, Shop.queued(Shop.install("server", Shop.SERVER)))
                        .failsToAcquireFor("web-1", "the disk is full");
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL");
    }

    @Test
    void a_clean_up_that_fails_is_said_behind_the_first_failure() {
        var play =
                demo().failsAt("open-tunnel", "", "exit 2")
                        .succeeds()
                        .failsAt("close-tunnel", "", "exit 3");
        assertThat(play.end().failure())
                .contains(
                        "step \"open-tunnel\" on worker hq-1, exit 2; then the clean-up failed:"
                                + " step \"close-tunnel\" on worker hq-1, exit 3");
    }

    @Test
    void a_retry_runs_again_only_the_bracket_and_what_had_not_succeeded() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("start", "web-2", "exit 1")
                        .retried(RetryFrom.FAILED)
                        .start();
        assertThat(play.newestWork()).containsExactly("open-tunnel on worker hq-1");
        // "undo" runs only after a failure and has not been needed: it succeeded in this play.
        assertThat(play.succeeds().newestWork())
                .containsExactly("start on web-2 (eu)", "close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(play.phases().getLast().attempt()).isEqualTo(2);
        assertThat(play.runs()).last().isEqualTo("5 DEPLOYMENT NORMAL");
    }

    @Test
    void invariant_6_a_target_that_is_retried_is_acquired_for_before_its_steps_run() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("server", "web-2", "exit 1")
                        .retried(RetryFrom.FAILED)
                        .start()
                        .succeeds();
        assertThat(play.newestWork()).containsExactly("Shop.Server to web-2");
        assertThat(play.succeeds().newestWork())
                .containsExactly("server on web-2 (eu)", "close-tunnel on worker hq-1");
    }

    @Test
    void a_retry_from_start_runs_everything_again() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("start", "web-2", "exit 1")
                        .retried(RetryFrom.START)
                        .start()
                        .succeeds()
                        .succeeds();
        assertThat(play.newestWork()).hasSize(7);
    }

    @Test
    void only_what_has_failed_or_was_cancelled_can_be_retried() {
        var retry = new DeploymentCommand.Retry(RetryFrom.FAILED, "ada");
        var running = demo();
        running.spec().when(retry).thenRejected("deployment-not-retryable");
        running.succeeds().succeeds().succeeds();
        running.spec().when(retry).thenRejected("deployment-not-retryable");
        var failed = demo().succeeds().succeeds().failsAt("start", "web-1", "exit 1");
        assertThat(failed.retried(RetryFrom.FAILED).spec().state())
                .isInstanceOf(Deployment.Queued.class);
        failed.spec().when(retry).thenRejected("deployment-not-retryable");
    }

    @Test
    void invariant_5_a_report_of_the_attempt_before_changes_nothing() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("start", "web-2", "exit 1")
                        .retried(RetryFrom.FAILED)
                        .start();
        for (int run = 1; run <= 3; run++) {
            play.spec().when(play.endOf(run)).thenNothing();
        }
    }
}
