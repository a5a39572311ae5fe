package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionKind;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;

/** Guided failures and manual interventions: a person is asked, and nothing runs meanwhile. */
class InterruptionTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private static DeploymentQueued demo() {
        return Shop.guided(
                Shop.queued(
                        Shop.preAcquisition("open-tunnel"),
                        Shop.install("server", Shop.SERVER),
                        Shop.script("start"),
                        Shop.script("notify", Condition.FAILURE),
                        Shop.always("close-tunnel")));
    }

    private Play atFailedStart() {
        return Play.started(twoWebs, demo())
                .succeeds()
                .succeeds()
                .stopsAt("start", "web-2", "exit code 1");
    }

    private Play atFailedAcquisition() {
        return Play.started(twoWebs, demo())
                .succeeds()
                .failsToAcquireFor("web-2", "the disk is full");
    }

    @Test
    void with_guidance_a_failed_step_is_asked_about_and_nothing_more_runs() {
        var play = atFailedStart();
        var question = play.question();
        assertThat(play.history().getLast()).isEqualTo(question);
        assertThat(question.kind()).isEqualTo(InterruptionKind.GUIDED_FAILURE);
        assertThat(question.pairs()).containsExactly(pair("start", "web-2"));
        assertThat(question.choices())
                .containsExactly(Choice.RETRY, Choice.IGNORE, Choice.EXCLUDE, Choice.ABORT);
        assertThat(question.instructions()).hasValue("step \"start\" on web-2 (eu), exit 1");
    }

    private static Pair pair(String step, String target) {
        return new Pair(Shop.step(step), Optional.of(Shop.target(target)));
    }

    @Test
    void guided_runs_are_told_so_and_clean_ups_are_not_guided() {
        var play = atFailedStart().answered(Choice.ABORT);
        assertThat(play.phases().stream().map(phase -> phase.guided()))
                .containsExactly(true, false, true, false);
    }

    @Test
    void retry_runs_the_failed_pair_again_and_then_what_is_behind_it() {
        var play = atFailedStart().answered(Choice.RETRY);
        assertThat(play.newestWork())
                .containsExactly(
                        "start on web-2 (eu)",
                        "notify on web-1 (eu)",
                        "notify on web-2 (eu)",
                        "close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void a_failure_that_is_ignored_does_not_fail_the_deployment() {
        var play = atFailedStart().answered(Choice.IGNORE);
        assertThat(play.newestWork()).doesNotContain("start on web-2 (eu)");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
        assertThat(play.end().failure()).isEmpty();
    }

    @Test
    void an_excluded_target_does_not_fail_the_deployment() {
        var play = atFailedStart().answered(Choice.EXCLUDE);
        assertThat(play.history())
                .contains(new TargetExcluded(Shop.target("web-2"), "excluded by ada: seen"));
        assertThat(play.newestWork()).noneMatch(work -> work.contains("web-2"));
        assertThat(play.phases().getLast().work())
                .isInstanceOfSatisfying(
                        PhaseWork.Steps.class,
                        steps ->
                                assertThat(steps.assignments())
                                        .filteredOn(one -> !one.leftOut().isEmpty())
                                        .as("what it has missed is told, step by step")
                                        .extracting(
                                                one -> one.step().name().value(),
                                                StepAssignment::leftOut)
                                        .containsExactly(tuple("notify", leftOut("web-2"))));
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    private static List<StepAssignment.LeftOut> leftOut(String target) {
        return List.of(
                new StepAssignment.LeftOut(
                        Shop.target(target), "it was excluded from this deployment"));
    }

    @Test
    void after_abort_the_failure_and_always_steps_run_and_the_deployment_fails() {
        var play = atFailedStart().answered(Choice.ABORT);
        assertThat(play.runs()).last().isEqualTo("4 DEPLOYMENT CLEANUP");
        assertThat(play.newestWork())
                .containsExactly(
                        "notify on web-1 (eu)",
                        "notify on web-2 (eu)",
                        "close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().failure())
                .hasValue("step \"start\" on web-2 (eu), exit 1; aborted by ada: seen");
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
    }

    @Test
    void a_failed_step_on_a_worker_cannot_be_excluded() {
        var play = Play.started(twoWebs, demo()).stopsAt("open-tunnel", "", "exit code 2");
        assertThat(play.question().choices())
                .containsExactly(Choice.RETRY, Choice.IGNORE, Choice.ABORT);
        assertThat(play.answered(Choice.RETRY).newestWork())
                .containsExactly("open-tunnel on worker hq-1");
    }

    @Test
    void a_failed_acquisition_may_be_tried_again_for_what_is_missing() {
        var play = atFailedAcquisition();
        assertThat(play.question().choices())
                .containsExactly(Choice.RETRY, Choice.EXCLUDE, Choice.ABORT);
        play.answered(Choice.RETRY);
        assertThat(play.runs()).last().isEqualTo("3 ACQUISITION NORMAL");
        assertThat(play.newestWork()).containsExactly("Shop.Server to web-2");
    }

    /** Two steps need the same package, which is asked for again behind the pause. */
    private Play atSecondAcquisition(DeploymentQueued asked) {
        return Play.started(twoWebs, Shop.guided(asked))
                .succeeds()
                .stopsAt("first", "web-2", "exit code 1")
                .later(Play.TRUST.plusSeconds(1))
                .answered(Choice.IGNORE)
                .failsToAcquireFor("web-2", "the disk is full");
    }

    @Test
    void a_failure_that_was_ignored_is_not_asked_about_with_a_package_and_does_not_run_again() {
        var play =
                atSecondAcquisition(
                        Shop.queued(
                                Shop.install("first", Shop.SERVER),
                                Shop.install("second", Shop.SERVER)));
        assertThat(play.question().pairs()).containsExactly(pair("second", "web-2"));
        play.answered(Choice.RETRY).succeeds();
        assertThat(play.newestWork()).contains("second on web-2 (eu)");
        assertThat(play.newestWork()).noneMatch(work -> work.startsWith("first on"));
    }

    @Test
    void a_target_that_cannot_be_acquired_for_may_be_left_out() {
        var play = atFailedAcquisition().answered(Choice.EXCLUDE);
        assertThat(play.runs()).last().isEqualTo("3 DEPLOYMENT NORMAL");
        assertThat(play.newestWork()).noneMatch(work -> work.contains("web-2"));
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void aborting_a_failed_acquisition_acquires_what_the_clean_up_needs() {
        var asked =
                Shop.guided(
                        Shop.queued(
                                Shop.install("server", Shop.SERVER),
                                Shop.install("rescue", Shop.CONFIG, Condition.FAILURE)));
        var play =
                Play.started(twoWebs, asked)
                        .failsToAcquireFor("web-2", "the disk is full")
                        .answered(Choice.ABORT);
        assertThat(play.runs()).last().isEqualTo("2 ACQUISITION CLEANUP");
        assertThat(play.newestWork()).containsExactly("Shop.Config to web-2");
    }

    private Play atIntervention() {
        return Play.started(
                        twoWebs,
                        Shop.queued(
                                Shop.install("server", Shop.SERVER),
                                Shop.manual("approve", Phase.DEPLOYMENT),
                                Shop.install("config", Shop.CONFIG)))
                .succeeds()
                .reaches("approve");
    }

    @Test
    void a_manual_intervention_asks_the_responsible_role_with_its_instructions() {
        var question = atIntervention().question();
        assertThat(question.kind()).isEqualTo(InterruptionKind.MANUAL_INTERVENTION);
        assertThat(question.instructions()).hasValue("Look at the shop.");
        assertThat(question.roles()).containsExactly("DEPLOY");
        assertThat(question.choices()).containsExactly(Choice.PROCEED, Choice.ABORT);
    }

    @Test
    void a_manual_intervention_says_what_its_instructions_have_become() {
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(Shop.script("plan"), Shop.manual("approve", Phase.DEPLOYMENT)));
        var run = play.current().run();
        play.then(
                new EndPhase(
                        run,
                        RunOutcome.INTERVENTION_REACHED,
                        Optional.empty(),
                        List.of(
                                Play.result(
                                        new Pair(Shop.step("approve"), Optional.empty()),
                                        StepState.RUNNING,
                                        "")),
                        List.of(),
                        Optional.of("Approve 1.0.0 to production"),
                        List.of(),
                        play.observation()));
        assertThat(play.question().instructions()).hasValue("Approve 1.0.0 to production");
    }

    @Test
    void proceeding_goes_on_behind_the_manual_intervention() {
        var play = atIntervention().answered(Choice.PROCEED);
        assertThat(play.newestWork())
                .containsExactly("config on web-1 (eu)", "config on web-2 (eu)");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void aborting_a_manual_intervention_fails_the_deployment_in_that_persons_name() {
        assertThat(atIntervention().answered(Choice.ABORT).end().failure())
                .hasValue("step \"approve\": aborted by ada: seen");
    }

    @Test
    void who_is_not_responsible_may_not_answer() {
        var play = atIntervention();
        assertThatThrownBy(() -> play.then(play.answer(Choice.PROCEED, Set.of("CONFIGURE"))))
                .isInstanceOf(Rejection.class)
                .hasMessage("Only someone with the role DEPLOY may answer this interruption.");
    }

    @Test
    void what_is_no_choice_and_what_comes_too_late_is_refused() {
        var play = atIntervention();
        assertThatThrownBy(() -> play.answered(Choice.RETRY))
                .hasMessage("RETRY is no answer to this interruption. Choose PROCEED or ABORT.");
        play.answered(Choice.PROCEED);
        assertThatThrownBy(() -> play.answered(Choice.PROCEED)).isInstanceOf(Rejection.class);
    }

    @Test
    void after_a_short_pause_nothing_is_acquired_again() {
        var play = atIntervention().later(Play.TRUST).answered(Choice.PROCEED);
        assertThat(play.runs()).last().isEqualTo("3 DEPLOYMENT NORMAL");
    }

    @Test
    void a_restart_of_the_course_of_a_retry_asks_again_if_it_fails_again() {
        var play = atFailedStart().answered(Choice.RETRY).stopsAt("start", "web-2", "exit 1");
        assertThat(play.question().run().value()).isEqualTo(4);
        assertThat(
                        play.later(Duration.ofSeconds(1))
                                .answered(Choice.IGNORE)
                                .succeeds()
                                .end()
                                .state())
                .isEqualTo(DeploymentState.SUCCEEDED);
    }
}
