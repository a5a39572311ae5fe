package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.RunFacts;
import stagecoach.contracts.run.RunFacts.EarlierStep;
import stagecoach.contracts.run.RunFacts.Standing;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.process.Condition;

/** What a run of steps is told of its deployment. */
class RunFactsTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private Play demo() {
        return Play.started(
                twoWebs,
                Shop.queued(
                        Shop.preAcquisition("open-tunnel"),
                        Shop.install("server", Shop.SERVER),
                        Shop.script("start"),
                        Shop.script("undo", Condition.FAILURE),
                        Shop.always("close-tunnel")));
    }

    private static RunFacts newest(Play play) {
        return play.phases().getLast().facts().orElseThrow();
    }

    private static EarlierStep earlier(String step, StepState state, String... targets) {
        return new EarlierStep(
                Shop.step(step), state, List.of(targets).stream().map(Shop::target).toList());
    }

    @Test
    void a_run_knows_who_asked_why_and_what_was_there_before() {
        var asked = Shop.askedFor(Shop.queued(Shop.script("start")), "as agreed with Bo", Play.NOW);
        var facts =
                newest(Play.queued(twoWebs, asked).replacing(new ReleaseVersion("0.9.0")).start());
        assertThat(facts.comment()).contains("as agreed with Bo");
        assertThat(facts.createdBy()).contains("ada");
        assertThat(facts.createdAt()).contains(Play.NOW);
        assertThat(facts.previous()).contains(new ReleaseVersion("0.9.0"));
        assertThat(facts.standing()).isEqualTo(Standing.SUCCEEDED);
        assertThat(facts.error()).isEmpty();
    }

    @Test
    void a_clean_up_knows_which_step_failed_and_in_which_words() {
        var facts = newest(demo().failsAt("open-tunnel", "", "exit code 2: no route").succeeds());
        assertThat(facts.standing()).isEqualTo(Standing.FAILED);
        assertThat(facts.error())
                .contains("step \"open-tunnel\" on worker hq-1, exit 2: \"no route\"");
        assertThat(facts.failedStep()).contains(Shop.step("open-tunnel"));
        assertThat(facts.earlier()).containsExactly(earlier("open-tunnel", StepState.FAILED));
    }

    @Test
    void a_clean_up_behind_a_failed_acquisition_knows_the_error_and_no_step() {
        var facts = newest(demo().succeeds().failsToAcquireFor("web-2", "the disk is full"));
        assertThat(facts.error().orElseThrow()).contains("the disk is full");
        assertThat(facts.failedStep()).isEmpty();
        assertThat(facts.earlier()).containsExactly(earlier("open-tunnel", StepState.SUCCEEDED));
    }

    @Test
    void a_run_behind_a_question_knows_how_each_step_ended_at_each_target() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.guided(
                                        Shop.queued(Shop.script("start"), Shop.always("report"))))
                        .stopsAt("start", "web-2", "exit code 1")
                        .answered(Choice.IGNORE);
        assertThat(newest(play).error()).isEmpty();
        assertThat(newest(play).standing()).isEqualTo(Standing.SUCCEEDED);
        assertThat(newest(play).earlier())
                .containsExactly(
                        earlier("report", StepState.PENDING),
                        earlier("start", StepState.SUCCEEDED, "web-1"),
                        earlier("start", StepState.FAILED, "web-2"));
    }

    @Test
    void a_clean_up_behind_an_answer_of_abort_knows_the_step_that_was_asked_about() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.guided(
                                        Shop.queued(Shop.script("start"), Shop.always("report"))))
                        .stopsAt("start", "web-2", "exit code 1")
                        .answered(Choice.ABORT);
        assertThat(newest(play).failedStep()).contains(Shop.step("start"));
        assertThat(newest(play).error().orElseThrow()).endsWith("aborted by ada: seen");
    }

    @Test
    void a_cancelled_or_staged_deployment_says_so() {
        assertThat(newest(demo().succeeds().cancelled().endsCancelled()).standing())
                .isEqualTo(Standing.CANCELLED);
        var staged =
                Play.started(
                                twoWebs,
                                Shop.acquiringOnly(
                                        Shop.queued(
                                                Shop.install("server", Shop.SERVER),
                                                Shop.always("report"))))
                        .succeeds();
        assertThat(newest(staged).standing()).isEqualTo(Standing.STAGED);
    }

    @Test
    void a_new_attempt_forgets_the_failure_and_remembers_what_succeeded() {
        var play =
                demo().succeeds()
                        .succeeds()
                        .failsAt("start", "web-2", "exit code 1")
                        .retried(RetryFrom.FAILED)
                        .start();
        assertThat(newest(play).error()).isEmpty();
        assertThat(newest(play).earlier())
                .contains(
                        earlier("server", StepState.SUCCEEDED, "web-1", "web-2"),
                        earlier("start", StepState.SUCCEEDED, "web-1"));
    }

    @Test
    void an_acquisition_is_told_nothing() {
        assertThat(demo().succeeds().phases().getLast().facts()).isEqualTo(Optional.empty());
    }
}
