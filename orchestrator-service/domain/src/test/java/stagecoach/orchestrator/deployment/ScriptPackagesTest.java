package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Pair;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.RunOn;

/**
 * Packages that scripts refer to: they are there, verified, wherever the script runs, and only
 * there.
 */
class ScriptPackagesTest {
    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private static DeploymentQueued onTargets() {
        return Shop.queued(
                Shop.scriptWith("migrate", Shop.onWeb(), Condition.SUCCESS, Shop.CONFIG),
                Shop.script("start"));
    }

    private static DeploymentQueued onWorker() {
        return Shop.queued(
                Shop.scriptWith("migrate", Shop.onWorker(), Condition.SUCCESS, Shop.CONFIG),
                Shop.script("start"));
    }

    private static Roster workers(Roster.KnownWorker... workers) {
        return new Roster(List.of(Shop.web("web-1")), List.of(workers));
    }

    @Test
    void a_scripts_package_is_acquired_for_every_target_that_runs_it() {
        var play = Play.started(twoWebs, onTargets());
        assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL");
        assertThat(play.newestWork())
                .containsExactly("Shop.Config to web-1", "Shop.Config to web-2");
        assertThat(play.succeeds().newestWork())
                .containsExactly(
                        "migrate on web-1 (eu)",
                        "migrate on web-2 (eu)",
                        "start on web-1 (eu)",
                        "start on web-2 (eu)");
    }

    @Test
    void a_package_that_two_steps_need_is_acquired_once() {
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(
                                Shop.scriptWith(
                                        "migrate", Shop.onWeb(), Condition.SUCCESS, Shop.CONFIG),
                                Shop.install("config", Shop.CONFIG)));
        assertThat(play.newestWork())
                .containsExactly("Shop.Config to web-1", "Shop.Config to web-2");
    }

    @Test
    void a_worker_that_runs_the_script_is_brought_its_package_and_no_target_is() {
        var play = Play.started(twoWebs, onWorker());
        assertThat(play.newestWork()).containsExactly("Shop.Config to worker:hq-1");
        assertThat(play.succeeds().newestWork())
                .containsExactly(
                        "migrate on worker hq-1", "start on web-1 (eu)", "start on web-2 (eu)");
    }

    @Test
    void a_worker_that_acts_for_many_targets_is_brought_the_package_once() {
        var behalf = new RunOn.OnBehalfOf(new PoolId("hq"), List.of(new Tag("web")));
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(
                                Shop.scriptWith(
                                        "migrate", behalf, Condition.SUCCESS, Shop.CONFIG)));
        assertThat(play.newestWork()).containsExactly("Shop.Config to worker:hq-1");
        assertThat(play.succeeds().newestWork())
                .containsExactly(
                        "migrate for web-1 (eu) on worker hq-1",
                        "migrate for web-2 (eu) on worker hq-1");
    }

    @Test
    void a_script_that_is_left_out_needs_no_package() {
        var step = Shop.scriptWith("migrate", Shop.onWeb(), Condition.SUCCESS, Shop.CONFIG);
        var play =
                Play.started(
                        twoWebs,
                        Shop.queued(Shop.leftOut(step, "the step is disabled"), Shop.script("a")));
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
    }

    @Test
    void a_pool_without_a_worker_is_no_reason_to_acquire_and_the_step_says_why() {
        var play = Play.started(workers(Shop.worker("hq-1", Shop.gone())), onWorker());
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
        assertThat(play.newestWork().getFirst())
                .startsWith("migrate on a worker but worker hq-1 of pool hq");
    }

    @Test
    void no_step_runs_where_its_package_could_not_be_brought_to_the_worker() {
        var play =
                Play.started(twoWebs, onWorker())
                        .failsToAcquireFor("worker:hq-1", "the disk is full");
        assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL");
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.end().failure())
                .contains(
                        "Shop.Config 1.2.0 could not be brought to worker hq-1: the disk is full");
    }

    @Test
    void a_clean_up_step_on_a_worker_gets_its_own_package_first() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.queued(
                                        Shop.install("server", Shop.SERVER),
                                        Shop.scriptWith(
                                                "close",
                                                Shop.onWorker(),
                                                Condition.ALWAYS,
                                                Shop.CONFIG)))
                        .failsToAcquireFor("worker:hq-1", "the disk is full");
        assertThat(play.newestWork()).containsExactly("Shop.Config to worker:hq-1");
        assertThat(play.runs()).last().isEqualTo("2 ACQUISITION CLEANUP");
        assertThat(play.succeeds().newestWork()).containsExactly("close on worker hq-1");
    }

    @Test
    void a_clean_up_step_that_lacks_its_package_is_skipped_with_the_reason() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.queued(
                                        Shop.scriptWith(
                                                "close",
                                                Shop.onWorker(),
                                                Condition.ALWAYS,
                                                Shop.CONFIG)))
                        .failsToAcquireFor("worker:hq-1", "the disk is full")
                        .failsToAcquireFor("worker:hq-1", "it still is");
        assertThat(play.newestWork())
                .containsExactly(
                        "close on worker hq-1 but Shop.Config 1.2.0 is not on worker hq-1: it still is");
    }

    @Test
    void a_retry_acquires_only_for_what_has_not_succeeded() {
        var play =
                Play.started(twoWebs, onTargets())
                        .succeeds()
                        .failsAt("migrate", "web-2", "exit 1")
                        .retried(RetryFrom.FAILED)
                        .start();
        assertThat(play.newestWork()).containsExactly("Shop.Config to web-2");
    }

    @Test
    void another_worker_that_takes_over_is_brought_the_package_before_it_runs_anything() {
        var play =
                Play.started(workers(Shop.worker("hq-1", Health.HEALTHY)), onWorker())
                        .seeing(
                                workers(
                                        Shop.worker("hq-1", Shop.gone()),
                                        Shop.worker("hq-2", Health.HEALTHY)))
                        .succeeds();
        assertThat(play.newestWork()).containsExactly("Shop.Config to worker:hq-2");
        assertThat(play.history()).noneMatch(TargetJoined.class::isInstance);
        assertThat(play.succeeds().newestWork())
                .containsExactly("migrate on worker hq-2", "start on web-1 (eu)");
    }

    @Test
    void nothing_starts_on_a_worker_that_took_over_behind_the_last_acquisition() {
        var play = Play.started(workers(Shop.worker("hq-1", Health.HEALTHY)), onWorker());
        for (String next : List.of("hq-2", "hq-3", "hq-4", "hq-5")) {
            play.seeing(workers(Shop.worker(next, Health.HEALTHY))).succeeds();
        }
        assertThat(play.newestWork())
                .containsExactly(
                        "migrate on worker hq-5 but Shop.Config 1.2.0 is not on worker hq-5",
                        "start on web-1 (eu)");
    }

    @Test
    void a_person_who_is_asked_about_a_worker_may_try_again_or_abort() {
        var play =
                Play.started(twoWebs, Shop.guided(onWorker()))
                        .failsToAcquireFor("worker:hq-1", "the disk is full");
        assertThat(play.question().choices()).containsExactly(Choice.RETRY, Choice.ABORT);
        assertThat(play.question().pairs())
                .containsExactly(new Pair(Shop.step("migrate"), Optional.empty()));
        assertThat(play.answered(Choice.RETRY).newestWork())
                .containsExactly("Shop.Config to worker:hq-1");
    }

    @Test
    void what_a_target_lacks_says_nothing_of_the_same_step_on_a_worker() {
        var play =
                Play.started(
                                twoWebs,
                                Shop.guided(
                                        Shop.queued(
                                                Shop.install("config", Shop.CONFIG),
                                                Shop.scriptWith(
                                                        "migrate",
                                                        Shop.onWorker(),
                                                        Condition.SUCCESS,
                                                        Shop.CONFIG))))
                        .failsToAcquireFor("web-2", "the disk is full");
        assertThat(play.question().pairs())
                .containsExactly(new Pair(Shop.step("config"), Optional.of(Shop.target("web-2"))));
        assertThat(play.question().choices())
                .containsExactly(Choice.RETRY, Choice.EXCLUDE, Choice.ABORT);
    }
}
