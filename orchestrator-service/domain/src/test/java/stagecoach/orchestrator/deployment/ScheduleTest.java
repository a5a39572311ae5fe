package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.DeploymentCommand.BeginWithoutThem;
import stagecoach.orchestrator.deployment.DeploymentCommand.Cancel;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndNow;
import stagecoach.orchestrator.deployment.DeploymentCommand.Expire;
import stagecoach.orchestrator.deployment.DeploymentCommand.FallDue;
import stagecoach.orchestrator.deployment.DeploymentCommand.GiveUpStart;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.orchestrator.needs.Roster;

/** Schedules, expiry, and deployments that acquire first and go on later. */
class ScheduleTest {
    private static final Instant SIX = Instant.parse("2026-11-24T06:00:00Z");
    private static final Instant SEVEN = Instant.parse("2026-11-24T07:00:00Z");

    private final Roster twoWebs = Shop.roster(Shop.web("web-1"), Shop.web("web-2"));

    private Play scheduled() {
        return Play.queued(
                twoWebs,
                Shop.scheduled(
                        Shop.queued(Shop.script("start")), Optional.of(SIX), Optional.of(SEVEN)));
    }

    private Play staging() {
        return Play.started(
                twoWebs,
                Shop.acquiringOnly(
                        Shop.queued(
                                Shop.preAcquisition("open-tunnel"),
                                Shop.install("server", Shop.SERVER),
                                Shop.always("close-tunnel"))));
    }

    private static Map<String, Instant> timers(Play play) {
        var decider = new DeploymentDecider();
        return decider.timersOf(decider.fold(decider.initial(), play.history()));
    }

    @Test
    void a_scheduled_deployment_does_not_start_before_its_time() {
        var play = scheduled();
        play.spec().when(new Start(play.observation(), Optional.empty())).thenNothing();
        assertThat(timers(play))
                .isEqualTo(
                        Map.of(
                                DeploymentDecider.NOT_BEFORE,
                                SIX,
                                DeploymentDecider.NOT_AFTER,
                                SEVEN));
        play.spec().when(new FallDue(SIX)).then(new DeploymentDue());
        play.fallsDue(SIX).start();
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");
    }

    @Test
    void giving_up_a_start_ends_the_attempt_that_was_tried_and_no_later_one() {
        var play = Play.queued(twoWebs, Shop.queued(Shop.script("start")));
        play.spec().when(new GiveUpStart(2, "a mistake")).thenNothing();
        play.spec()
                .when(new GiveUpStart(1, "a mistake"))
                .then(
                        new DeploymentEnded(
                                DeploymentState.FAILED, Optional.of("a mistake"), List.of()));
    }

    @Test
    void times_finer_than_a_database_keeps_fall_due_and_expire_all_the_same() {
        var play =
                Play.queued(
                        twoWebs,
                        Shop.scheduled(
                                Shop.queued(Shop.script("start")),
                                Optional.of(SIX.plusNanos(123)),
                                Optional.of(SEVEN.plusNanos(456))));
        play.spec().when(new FallDue(SIX)).then(new DeploymentDue());
        assertThat(play.expires(SEVEN).runs()).isEmpty();
        play.spec().when(new FallDue(SIX)).thenNothing();
    }

    @Test
    void a_deployment_that_has_not_started_by_its_latest_time_fails_with_a_sentence() {
        var play = scheduled().fallsDue(SIX);
        play.spec()
                .when(new Expire(SEVEN))
                .then(
                        new DeploymentEnded(
                                DeploymentState.FAILED,
                                Optional.of(
                                        "it had not started by 2026-11-24T07:00:00Z, when it was to be given up (notAfter); retry it if it is still wanted"),
                                List.of()));
    }

    @Test
    void who_comes_to_its_turn_behind_its_latest_time_does_not_start_though_its_timer_is_late() {
        var play = scheduled().fallsDue(SIX).later(Duration.ofHours(1));
        play.spec()
                .when(new Start(play.observation(), Optional.empty()))
                .then(
                        new DeploymentEnded(
                                DeploymentState.FAILED,
                                Optional.of(
                                        "it had not started by 2026-11-24T07:00:00Z, when it was to be given up (notAfter); retry it if it is still wanted"),
                                List.of()));
    }

    @Test
    void a_deployment_that_has_started_does_not_expire() {
        var play = scheduled().fallsDue(SIX).start();
        play.spec().when(new Expire(SEVEN)).thenNothing();
        assertThat(timers(play)).isEmpty();
    }

    @Test
    void a_retry_of_what_has_expired_waits_for_its_slot_and_for_nothing_else() {
        var play = scheduled().expires(SEVEN).retried(RetryFrom.FAILED);
        assertThat(timers(play)).isEmpty();
        assertThat(play.start().succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    @Test
    void what_has_grown_too_large_by_its_time_fails_with_a_sentence_and_runs_nothing() {
        var steps =
                IntStream.rangeClosed(1, 100)
                        .mapToObj(number -> Shop.script("s-" + number))
                        .toArray(PlannedStep[]::new);
        var many =
                Shop.roster(
                        IntStream.rangeClosed(1, 101)
                                .mapToObj(number -> Shop.web("web-" + number))
                                .toArray(Roster.KnownTarget[]::new));
        var play =
                Play.queued(
                                twoWebs,
                                Shop.scheduled(
                                        Shop.queued(steps), Optional.of(SIX), Optional.empty()))
                        .fallsDue(SIX)
                        .seeing(many)
                        .start();
        assertThat(play.runs()).isEmpty();
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.end().failure().orElseThrow())
                .contains("would run 10100 times", "may have 10000", "some of the targets");
        assertThat(play.seeing(twoWebs).retried(RetryFrom.FAILED).start().runs()).hasSize(1);
    }

    @Test
    void acquire_only_runs_its_always_steps_and_is_staged() {
        var play = staging().succeeds().succeeds();
        assertThat(play.newestWork()).containsExactly("close-tunnel on worker hq-1");
        play.succeeds();
        assertThat(play.history().getLast()).isEqualTo(new DeploymentStaged());
    }

    @Test
    void proceed_acquires_again_what_may_be_gone_and_deploys() {
        var play = staging().succeeds().succeeds().succeeds();
        play.spec()
                .when(new Proceed("ada", Optional.empty()))
                .then(new DeploymentProceeded(2, "ada", Optional.empty()));
        play.proceeded().start();
        assertThat(play.newestWork()).containsExactly("open-tunnel on worker hq-1");
        play.succeeds();
        assertThat(play.newestWork())
                .containsExactly("Shop.Server to web-1", "Shop.Server to web-2");
        play.succeeds();
        assertThat(play.newestWork())
                .containsExactly(
                        "server on web-1 (eu)",
                        "server on web-2 (eu)",
                        "close-tunnel on worker hq-1");
        assertThat(play.succeeds().end().state()).isEqualTo(DeploymentState.SUCCEEDED);
    }

    /** A database keeps microseconds, and gives a timer back with them. */
    @Test
    void times_finer_than_a_database_keeps_them_are_obeyed() {
        var fine = Play.NOW.plusNanos(1_000_000_100);
        var kept = fine.truncatedTo(ChronoUnit.MICROS);
        var dark = Shop.roster(Shop.web("web-1", Shop.gone()));
        var play =
                Play.queued(
                                dark,
                                Shop.queued(
                                        Shop.awaiting(
                                                Shop.script("start"),
                                                Duration.between(Play.NOW, fine))))
                        .start();
        assertThat(timers(play)).isEqualTo(Map.of(DeploymentDecider.ARRIVALS, fine));
        play.then(new BeginWithoutThem(kept, play.observation()));
        assertThat(play.runs()).containsExactly("1 DEPLOYMENT NORMAL");

        play.then(new Cancel("ada", fine, false, play.observation())).then(new EndNow(kept));
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void proceed_may_wait_for_a_time() {
        var play =
                staging()
                        .succeeds()
                        .succeeds()
                        .succeeds()
                        .then(new Proceed("ada", Optional.of(SEVEN)));
        play.spec().when(new Start(play.observation(), Optional.empty())).thenNothing();
        assertThat(timers(play)).isEqualTo(Map.of(DeploymentDecider.NOT_BEFORE, SEVEN));
    }

    @Test
    void a_staged_deployment_can_be_cancelled() {
        var play = staging().succeeds().succeeds().succeeds().cancelled();
        assertThat(play.end().state()).isEqualTo(DeploymentState.CANCELLED);
    }

    @Test
    void only_what_is_staged_proceeds() {
        var play = staging();
        assertThatThrownBy(play::proceeded).isInstanceOf(Rejection.class);
    }

    @Test
    void an_acquisition_that_fails_leaves_nothing_staged() {
        var play = staging().succeeds().failsToAcquireFor("web-1", "the disk is full").succeeds();
        assertThat(play.end().state()).isEqualTo(DeploymentState.FAILED);
        assertThat(play.history()).noneMatch(DeploymentStaged.class::isInstance);
    }
}
