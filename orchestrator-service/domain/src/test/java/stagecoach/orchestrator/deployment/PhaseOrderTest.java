package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.orchestrator.release.Release;
import stagecoach.orchestrator.release.ReleaseRules;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

/**
 * Mistakes in the order of phases that have hurt people who deploy, here or with other tools; each
 * test names what it guards.
 */
class PhaseOrderTest {
    private static final Duration LONG = Play.TRUST.plusSeconds(1);

    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private static DeploymentQueued demo() {
        return Shop.queued(
                Shop.preAcquisition("open-tunnel"),
                Shop.install("server", Shop.SERVER),
                Shop.script("start"),
                Shop.install("rescue", Shop.CONFIG, Condition.FAILURE),
                Shop.always("close-tunnel"));
    }

    /** Guards: packages are where they are needed before anything of DEPLOYMENT runs. */
    @Nested
    class Acquisitions {
        @Test
        void no_step_follows_a_failed_acquisition_but_failure_and_always_steps() {
            var play =
                    Play.started(twoWebs, demo())
                            .succeeds()
                            .failsToAcquireFor("web-2", "the disk is full");
            assertThat(play.runs()).last().isEqualTo("3 ACQUISITION CLEANUP");
            play.succeeds();
            assertThat(play.newestWork())
                    .containsExactly(
                            "rescue on web-1 (eu)",
                            "rescue on web-2 (eu)",
                            "close-tunnel on worker hq-1");
            assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.FAILED);
        }

        @Test
        void what_failure_and_always_steps_need_is_acquired_after_a_failed_acquisition() {
            var play =
                    Play.started(twoWebs, demo())
                            .succeeds()
                            .failsToAcquireFor("web-2", "the disk is full");
            assertThat(play.newestWork()).containsExactly("Shop.Config to web-2");
        }

        @Test
        void the_acquisition_does_not_begin_while_a_pre_acquisition_step_runs() {
            var play =
                    Play.started(
                            twoWebs,
                            Shop.queued(
                                    Shop.preAcquisition("open-tunnel"),
                                    Shop.preAcquisition("open-another"),
                                    Shop.install("server", Shop.SERVER)));
            assertThat(play.newestWork())
                    .containsExactly("open-tunnel on worker hq-1", "open-another on worker hq-1");
            play.spec().when(new LookAgain(play.observation())).thenNothing();
            assertThat(play.runs()).containsExactly("1 PRE_ACQUISITION NORMAL");
            assertThat(play.succeeds().runs()).last().isEqualTo("2 ACQUISITION NORMAL");
        }

        @Test
        void an_acquisition_without_a_matching_target_is_no_phase() {
            var play =
                    Play.started(Shop.roster(), Shop.queued(Shop.install("server", Shop.SERVER)));
            assertThat(play.runs()).noneMatch(run -> run.contains("ACQUISITION"));
        }

        @Test
        void an_acquisition_with_nothing_to_acquire_is_no_phase() {
            var play = Play.started(twoWebs, Shop.queued(Shop.script("start")));
            assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
        }

        @Test
        void an_acquisition_with_only_disabled_targets_is_no_phase() {
            var web = Shop.web("web-1");
            var disabled = new KnownTarget(web.id(), web.tags(), web.region(), true, web.health());
            var play =
                    Play.started(
                            Shop.roster(disabled),
                            Shop.queued(Shop.install("server", Shop.SERVER)));
            assertThat(play.runs()).noneMatch(run -> run.contains("ACQUISITION"));
            assertThat(play.newestWork())
                    .containsExactly(
                            "server skipped: every target in production that has the tag web is disabled");
        }

        @Test
        void a_step_that_is_left_out_does_not_need_its_package() {
            var play =
                    Play.started(
                            twoWebs,
                            Shop.queued(
                                    Shop.leftOut(
                                            Shop.install("server", Shop.SERVER),
                                            "the step does not apply to production"),
                                    Shop.script("start")));
            assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
        }

        @Test
        void a_step_skipped_by_condition_needs_neither_its_package_nor_its_machines() {
            var away = Shop.roster(Shop.web("web-1", Shop.gone()));
            assertThat(Play.started(away, Shop.queued(installIf("false"))).runs())
                    .containsExactly("1 DEPLOYMENT NORMAL");
            assertThat(Play.started(away, Shop.queued(installIf("true"))).runs())
                    .isNotEqualTo(List.of("1 DEPLOYMENT NORMAL"));
        }

        @Test
        void a_target_where_only_if_is_false_needs_no_package_and_may_be_down() {
            var install = Shop.install("server", Shop.SERVER).toBuilder().conditional(true).build();
            var oneDown = Shop.roster(Shop.web("web-1"), Shop.web("web-2", Shop.gone()));
            var play =
                    Play.queued(oneDown, Shop.queued(install))
                            .waitingForArrivals()
                            .leavingOut("server", "web-2")
                            .start();
            assertThat(play.newestWork()).containsExactly("Shop.Server to web-1");
            play.succeeds();
            assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL", "2 DEPLOYMENT NORMAL");
            assertThat(play.newestWork())
                    .containsExactly(
                            "server on web-1 (eu)",
                            "server on web-2 (eu) but its connection has closed");
        }

        @Test
        void a_package_is_brought_where_another_step_needs_it() {
            var asked =
                    Shop.queued(
                            Shop.install("server", Shop.SERVER).toBuilder()
                                    .conditional(true)
                                    .build(),
                            Shop.install("again", Shop.SERVER));
            var play =
                    Play.queued(Shop.roster(Shop.web("web-1"), Shop.web("web-2")), asked)
                            .leavingOut("server", "web-2")
                            .start();
            assertThat(play.newestWork())
                    .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
        }

        private static PlannedStep installIf(String settled) {
            var install =
                    Step.of(
                                    "server",
                                    Shop.onWeb(),
                                    new Action.DeployPackage(
                                            new Action.PackageReference(
                                                    FeedId.BUILT_IN,
                                                    Shop.SERVER.pin().id(),
                                                    Action.AcquisitionLocation.EXECUTION_TARGET,
                                                    Action.PackageSource.NEAREST_CACHE),
                                            new Action.Install(Optional.empty(), List.of())))
                            .onlyIf("#{Deploy}")
                            .build();
            var release =
                    new Release(
                            Shop.PROJECT,
                            Shop.RELEASE,
                            new DeploymentProcess(List.of(install)),
                            List.of(new Variable("Deploy", settled, false, Scope.EVERYWHERE)),
                            List.of(new Release.StepPackage(Shop.step("server"), Shop.SERVER)));
            return ReleaseRules.outline(release, Shop.PRODUCTION, List.of()).getFirst();
        }

        @Test
        void a_retried_deployment_acquires_only_what_remaining_steps_need() {
            var play =
                    Play.started(
                                    twoWebs,
                                    Shop.queued(
                                            Shop.install("server", Shop.SERVER),
                                            Shop.install("config", Shop.CONFIG)))
                            .succeeds()
                            .failsAt("config", "web-2", "exit code 1")
                            .retried(RetryFrom.FAILED)
                            .start();
            assertThat(play.newestWork()).containsExactly("Shop.Config to web-2");
        }
    }

    /** Guards: a question to a person and the moving of packages never get in each other's way. */
    @Nested
    class Interventions {
        private Play atApproval() {
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
        void a_manual_intervention_before_the_acquisition_holds_it_back() {
            var play =
                    Play.started(
                                    twoWebs,
                                    Shop.queued(
                                            Shop.manual("approve", Phase.PRE_ACQUISITION),
                                            Shop.install("server", Shop.SERVER)))
                            .reaches("approve");
            play.spec().when(new LookAgain(play.observation())).thenNothing();
            assertThat(play.runs()).containsExactly("1 PRE_ACQUISITION NORMAL");
            assertThat(play.answered(Choice.PROCEED).runs())
                    .last()
                    .isEqualTo("2 ACQUISITION NORMAL");
        }

        @Test
        void as_the_first_deployment_step_a_manual_intervention_means_all_packages_are_there() {
            var play =
                    Play.started(
                                    twoWebs,
                                    Shop.queued(
                                            Shop.manual("go", Phase.DEPLOYMENT),
                                            Shop.install("server", Shop.SERVER)))
                            .succeeds()
                            .reaches("go");
            assertThat(play.runs()).containsExactly("1 ACQUISITION NORMAL", "2 DEPLOYMENT NORMAL");
            assertThat(play.answered(Choice.PROCEED).newestWork())
                    .containsExactly("server on web-1 (eu)", "server on web-2 (eu)");
        }

        @Test
        void after_an_intervention_so_long_that_packages_may_be_gone_they_are_acquired_again() {
            var play = atApproval().later(LONG).answered(Choice.PROCEED);
            assertThat(play.runs()).last().isEqualTo("3 ACQUISITION NORMAL");
            assertThat(play.newestWork())
                    .containsExactly("Shop.Config to web-1", "Shop.Config to web-2");
            assertThat(play.succeeds().newestWork())
                    .containsExactly("config on web-1 (eu)", "config on web-2 (eu)");
        }

        @Test
        void a_target_that_comes_during_an_intervention_gets_its_packages_before_its_steps() {
            var play =
                    atApproval()
                            .seeing(
                                    Shop.roster(
                                            Shop.web("web-1"),
                                            Shop.web("web-2"),
                                            Shop.web("web-3")))
                            .answered(Choice.PROCEED);
            assertThat(play.newestWork())
                    .containsExactly("Shop.Server to web-3", "Shop.Config to web-3");
        }

        @Test
        void a_target_excluded_in_guided_failure_runs_nothing_more_not_even_always_steps() {
            var play =
                    Play.started(
                                    twoWebs,
                                    Shop.guided(
                                            Shop.queued(
                                                    Shop.script("start"),
                                                    Shop.script("check"),
                                                    Shop.script("tidy", Condition.ALWAYS))))
                            .stopsAt("start", "web-2", "exit code 1")
                            .answered(Choice.EXCLUDE);
            assertThat(play.newestWork())
                    .containsExactly("check on web-1 (eu)", "tidy on web-1 (eu)");
            assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
        }

        @Test
        void an_interruption_waits_for_a_person_and_for_no_timer() {
            var decider = new DeploymentDecider();
            var state = decider.fold(decider.initial(), atApproval().history());
            assertThat(decider.timersOf(state)).isEmpty();
        }
    }

    /** Guards: a cancel at any moment ends the deployment and cleans up. */
    @Nested
    class Cancels {
        private void endsWithCleanup(Play play) {
            assertThat(play.newestWork()).containsExactly("close-tunnel on worker hq-1");
            assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.CANCELLED);
        }

        @Test
        void cancelled_while_queued_it_ends_at_once() {
            var play = Play.queued(twoWebs, demo()).cancelled();
            assertThat(play.runs()).isEmpty();
            assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
        }

        @Test
        void cancelled_while_scheduled_it_ends_at_once() {
            var play =
                    Play.queued(
                                    twoWebs,
                                    Shop.scheduled(
                                            demo(),
                                            Optional.of(Play.NOW.plus(LONG)),
                                            Optional.empty()))
                            .cancelled();
            assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
        }

        @Test
        void cancelled_in_any_phase_its_always_steps_run() {
            for (int runs = 0; runs < 3; runs++) {
                var play = Play.started(twoWebs, demo());
                for (int run = 0; run < runs; run++) {
                    play.succeeds();
                }
                endsWithCleanup(play.cancelled().endsCancelled());
            }
        }

        @Test
        void cancelled_during_an_interruption_its_always_steps_run_at_once() {
            var play =
                    Play.started(twoWebs, Shop.guided(demo()))
                            .succeeds()
                            .succeeds()
                            .stopsAt("start", "web-2", "exit code 1")
                            .cancelled();
            endsWithCleanup(play);
        }

        @Test
        void cancelled_in_a_run_the_pairs_that_had_not_ended_are_cancelled() {
            var play = Play.started(twoWebs, demo()).succeeds().succeeds().cancelled();
            play.then(play.end(RunOutcome.CANCELLED, StepState.CANCELLED));
            endsWithCleanup(play);
        }

        @Test
        void an_always_step_runs_once_after_a_cancel() {
            var play = Play.started(twoWebs, demo()).cancelled().endsCancelled();
            endsWithCleanup(play);
            assertThat(play.runs()).hasSize(2);
        }
    }

    /** Guards: what is said too late or twice. */
    @Nested
    class Reports {
        @Test
        void a_late_result_of_an_older_run_changes_nothing() {
            var play = Play.started(twoWebs, demo()).succeeds().succeeds();
            play.spec().when(play.endOf(1)).thenNothing();
            play.spec().when(play.endOf(2)).thenNothing();
        }

        @Test
        void a_late_result_of_the_run_that_led_to_a_question_changes_nothing() {
            var play =
                    Play.started(twoWebs, Shop.guided(demo()))
                            .succeeds()
                            .succeeds()
                            .stopsAt("start", "web-2", "exit code 1");
            play.spec().when(play.endOf(3)).thenNothing();
            play.answered(Choice.RETRY);
            play.spec().when(play.endOf(3)).thenNothing();
        }
    }
}
