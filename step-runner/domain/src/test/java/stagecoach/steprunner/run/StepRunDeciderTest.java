package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stagecoach.steprunner.run.Sheets.NOON;
import static stagecoach.steprunner.run.Sheets.ended;
import static stagecoach.steprunner.run.Sheets.exited;
import static stagecoach.steprunner.run.Sheets.failed;
import static stagecoach.steprunner.run.Sheets.gone;
import static stagecoach.steprunner.run.Sheets.pair;
import static stagecoach.steprunner.run.Sheets.sheet;
import static stagecoach.steprunner.run.Sheets.started;
import static stagecoach.steprunner.run.Sheets.step;
import static stagecoach.steprunner.run.Sheets.target;
import static stagecoach.steprunner.run.Sheets.ticket;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.Reasons;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.decider.DeciderSpec;
import stagecoach.steprunner.run.StepRunCommand.BackoffOver;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.UnavailableTargets;

class StepRunDeciderTest {
    private final DeciderSpec<StepRun, StepRunCommand, StepRunEvent> run =
            DeciderSpec.of(new StepRunDecider());

    private static StartRun start(StepAssignment... assignments) {
        return new StartRun(sheet(assignments), Map.of());
    }

    private static CommandReported report(String step, String where, CommandResult result) {
        return report(step, where, 1, result);
    }

    private static CommandReported report(
            String step, String where, int tryNumber, CommandResult result) {
        return new CommandReported(ticket(step, where, tryNumber), result, NOON);
    }

    private static StepFinished succeeded(String step, String target) {
        return finished(step, target, StepState.SUCCEEDED, Optional.of(0), null);
    }

    private static StepFinished finished(
            String step, String target, StepState state, Optional<Integer> exitCode, String why) {
        return new StepFinished(
                pair(step, target),
                Optional.of(ticket(step, target, 1)),
                state,
                exitCode,
                Map.of(),
                Optional.ofNullable(why),
                false);
    }

    private static StepSkipped skipped(String step, String reason, String... targets) {
        return new StepSkipped(
                new StepName(step),
                List.of(targets).stream().map(target -> pair(step, target)).toList(),
                reason);
    }

    private static PairResult result(Pair pair, StepState state, String reason) {
        return new PairResult(pair, Optional.empty(), state, Optional.ofNullable(reason), false);
    }

    private StepRunEnded end(DeciderSpec<StepRun, StepRunCommand, StepRunEvent> spec) {
        return (StepRunEnded) spec.history().getLast();
    }

    @Test
    void a_run_begins_with_its_first_step_at_all_places() {
        var sheet = sheet(step("a").at("t1", "t2"), step("b").at("t1"));
        run.when(new StartRun(sheet, Map.of())).then(sheet, started("a", "t1"), started("a", "t2"));
    }

    @Test
    void a_repeated_start_changes_nothing() {
        run.after(start(step("a").at("t1"))).when(start(step("a").at("t1"))).thenNothing();
        run.after(start(step("a").at("t1")), report("a", "t1", exited(0)))
                .when(start(step("a").at("t1")))
                .thenNothing();
    }

    @Test
    void a_run_without_steps_succeeds_at_once() {
        run.when(start())
                .then(sheet(), new StepRunEnded(RunOutcome.SUCCEEDED, Optional.empty(), List.of()));
    }

    @Test
    void the_next_step_waits_for_every_place_of_the_one_before() {
        var both = run.after(start(step("a").at("t1", "t2"), step("b").at("t1")));
        both.when(report("a", "t1", exited(0))).then(succeeded("a", "t1"));
        both.after(report("a", "t1", exited(0)))
                .when(report("a", "t2", exited(0)))
                .then(succeeded("a", "t2"), started("b", "t1"));
    }

    @Test
    void a_run_ends_with_a_result_for_every_pair() {
        var whole =
                run.after(
                        start(step("a").at("t1"), step("b").at("t1", "t2")),
                        report("a", "t1", exited(0)),
                        report("b", "t1", exited(0)),
                        report("b", "t2", exited(0)));
        assertThat(end(whole))
                .isEqualTo(
                        new StepRunEnded(
                                RunOutcome.SUCCEEDED,
                                Optional.empty(),
                                List.of(
                                        result(pair("a", "t1"), StepState.SUCCEEDED, null),
                                        result(pair("b", "t1"), StepState.SUCCEEDED, null),
                                        result(pair("b", "t2"), StepState.SUCCEEDED, null))));
    }

    @Test
    void a_step_on_a_worker_tells_which_worker_did_it() {
        var onWorker = run.after(start(step("a").onWorker("w1")), report("a", "w1", failed("oh")));
        assertThat(end(onWorker).reason()).contains("a on worker w1 failed: exit code 1: oh");
        assertThat(end(onWorker).results().getFirst().worker()).isPresent();
    }

    @Test
    void a_rolling_window_slides() {
        var rolling = run.after(start(step("a").rolling(2).at("t1", "t2", "t3", "t4")));
        assertThat(rolling.history().subList(1, 3))
                .containsExactly(started("a", "t1"), started("a", "t2"));
        rolling.when(report("a", "t2", exited(0))).then(succeeded("a", "t2"), started("a", "t3"));
    }

    @Test
    void a_failure_in_a_rolling_step_keeps_it_from_starting_at_further_places() {
        var rolling = run.after(start(step("a").rolling(2).at("t1", "t2", "t3", "t4")));
        rolling.when(report("a", "t1", failed("no")))
                .then(
                        finished("a", "t1", StepState.FAILED, Optional.of(1), "exit code 1: no"),
                        skipped("a", "not started, because it failed on t1", "t3", "t4"));
        var ended = rolling.after(report("a", "t1", failed("no")), report("a", "t2", exited(0)));
        assertThat(end(ended).outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(end(ended).results())
                .extracting(PairResult::state)
                .containsExactly(
                        StepState.FAILED,
                        StepState.SUCCEEDED,
                        StepState.SKIPPED,
                        StepState.SKIPPED);
    }

    @Test
    void the_exit_code_of_a_script_that_said_nothing_is_told_once() {
        run.after(start(step("a").rolling(1).on(Condition.ALWAYS).at("t1", "t2")))
                .when(report("a", "t1", failed("ended with exit code 1")))
                .then(
                        finished("a", "t1", StepState.FAILED, Optional.of(1), "exit code 1"),
                        started("a", "t2"));
    }

    @Test
    void a_last_line_that_ends_with_an_exit_code_of_its_own_is_told_whole() {
        String line = "migration 12 failed with exit code 1";
        run.after(start(step("a").rolling(1).on(Condition.ALWAYS).at("t1", "t2")))
                .when(report("a", "t1", failed(line)))
                .then(
                        finished(
                                "a",
                                "t1",
                                StepState.FAILED,
                                Optional.of(1),
                                "exit code 1: " + line),
                        started("a", "t2"));
    }

    @Test
    void with_many_pairs_their_reasons_are_brief_at_the_end_of_the_run() {
        String[] targets =
                IntStream.rangeClosed(0, Reasons.WHOLE_MAX)
                        .mapToObj(number -> "t" + number)
                        .toArray(String[]::new);
        var ended =
                run.after(
                        start(step("a").rolling(1).at(targets)),
                        report("a", "t0", failed("\ud83d\ude80".repeat(200))));
        assertThat(end(ended).results()).hasSize(targets.length);
        assertThat(end(ended).results().getFirst().reason().orElseThrow())
                .startsWith("exit code 1: \ud83d\ude80")
                .endsWith("\ud83d\ude80 …")
                .hasSizeLessThan(Reasons.BRIEF_BYTES_MAX);
    }

    @Test
    void a_failure_in_a_parallel_step_lets_the_other_places_go_on() {
        run.after(start(step("a").parallel(1).at("t1", "t2")))
                .when(report("a", "t1", failed("no")))
                .then(
                        finished("a", "t1", StepState.FAILED, Optional.of(1), "exit code 1: no"),
                        started("a", "t2"));
    }

    @Test
    void a_rolling_step_that_cleans_up_is_tried_everywhere() {
        run.after(start(step("a").rolling(1).on(Condition.ALWAYS).at("t1", "t2")))
                .when(report("a", "t1", failed("no")))
                .then(
                        finished("a", "t1", StepState.FAILED, Optional.of(1), "exit code 1: no"),
                        started("a", "t2"));
    }

    @Test
    void after_a_failure_the_run_goes_on_with_the_steps_meant_for_it() {
        var failing =
                run.after(
                        start(
                                step("a").at("t1"),
                                step("b").at("t1"),
                                step("c").on(Condition.FAILURE).at("t1"),
                                step("d").on(Condition.ALWAYS).at("t1")));
        failing.when(report("a", "t1", failed("no")))
                .then(
                        finished("a", "t1", StepState.FAILED, Optional.of(1), "exit code 1: no"),
                        skipped("b", "left out, because something failed before it", "t1"),
                        started("c", "t1"));
        var ended =
                failing.after(
                        report("a", "t1", failed("no")),
                        report("c", "t1", exited(0)),
                        report("d", "t1", exited(0)));
        assertThat(end(ended).outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(end(ended).reason()).contains("a on t1 failed: exit code 1: no");
    }

    @Test
    void without_a_failure_a_step_for_failures_is_left_out() {
        var ended =
                run.after(
                        start(
                                step("a").at("t1"),
                                step("c").on(Condition.FAILURE).at("t1"),
                                step("d").on(Condition.ALWAYS).at("t1")),
                        report("a", "t1", exited(0)),
                        report("d", "t1", exited(0)));
        assertThat(ended.history())
                .contains(skipped("c", "left out, because nothing has failed", "t1"));
        assertThat(end(ended).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void a_clean_up_run_counts_the_failure_that_came_before_it() {
        var sheet =
                sheet(
                        Purpose.CLEANUP,
                        List.of(
                                step("a").at("t1"),
                                step("c").on(Condition.FAILURE).at("t1"),
                                step("d").on(Condition.ALWAYS).at("t1")));
        run.when(new StartRun(sheet, Map.of()))
                .then(
                        sheet,
                        skipped("a", "left out, because something failed before it", "t1"),
                        started("c", "t1"));
        var ended =
                run.after(
                        new StartRun(sheet, Map.of()),
                        report("c", "t1", exited(0)),
                        report("d", "t1", exited(0)));
        assertThat(end(ended).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void an_unreachable_place_fails_the_step_there_before_it_starts_elsewhere() {
        var reason = "t2 is not connected";
        var unreachable = step("a").rolling(1).at(target("t1"), gone("t2", reason));
        run.when(start(unreachable, step("b").at("t1")))
                .then(
                        sheet(unreachable, step("b").at("t1")),
                        new StepFinished(
                                pair("a", "t2"),
                                Optional.empty(),
                                StepState.FAILED,
                                Optional.empty(),
                                Map.of(),
                                Optional.of(reason),
                                false),
                        skipped("a", "not started, because it failed on t2", "t1"),
                        skipped("b", "left out, because something failed before it", "t1"),
                        new StepRunEnded(
                                RunOutcome.FAILED,
                                Optional.of("a on t2 failed: t2 is not connected"),
                                List.of(
                                        result(
                                                pair("a", "t1"),
                                                StepState.SKIPPED,
                                                "not started, because it failed on t2"),
                                        result(pair("a", "t2"), StepState.FAILED, reason),
                                        result(
                                                pair("b", "t1"),
                                                StepState.SKIPPED,
                                                "left out, because something failed before"
                                                        + " it"))));
    }

    @Test
    void an_unreachable_place_is_left_out_where_the_step_says_so() {
        var assignment =
                step("a")
                        .unavailable(UnavailableTargets.SKIP)
                        .at(target("t1"), gone("t2", "t2 is not connected"));
        run.when(start(assignment))
                .then(
                        sheet(assignment),
                        skipped("a", "t2 is not connected", "t2"),
                        started("a", "t1"));
    }

    @Test
    void a_step_that_matches_no_target_is_skipped_with_the_reason() {
        var none = step("a").leftOut("no target has the tag web");
        run.when(start(none, step("b").at("t1")))
                .then(
                        sheet(none, step("b").at("t1")),
                        skipped("a", "no target has the tag web"),
                        started("b", "t1"));
        assertThat(end(run.after(start(none))).results())
                .containsExactly(result(pair("a"), StepState.SKIPPED, "no target has the tag web"));
    }

    @Test
    void a_step_that_cannot_be_made_ready_fails_before_anything_is_touched() {
        var sheet =
                sheet(
                        step("a").at("t1"),
                        step("b").at("t1", "t2"),
                        step("c").on(Condition.ALWAYS).at("t1"));
        var events =
                run.when(new StartRun(sheet, Map.of(pair("b", "t1"), "A refers to itself")))
                        .events();
        assertThat(events)
                .startsWith(
                        sheet,
                        new StepFinished(
                                pair("b", "t1"),
                                Optional.empty(),
                                StepState.FAILED,
                                Optional.empty(),
                                Map.of(),
                                Optional.of("A refers to itself"),
                                false),
                        skipped(
                                "b",
                                "not started, because it cannot be made ready everywhere",
                                "t2"),
                        skipped("a", "left out, because something failed before it", "t1"))
                .endsWith(started("c", "t1"));
    }

    @Test
    void a_failed_try_is_repeated_under_a_new_ticket_after_its_wait() {
        var retrying = run.after(start(step("a").retrying(2, Duration.ofSeconds(30)).at("t1")));
        var nextTryAt = NOON.plusSeconds(30);
        retrying.when(report("a", "t1", failed("busy")))
                .then(
                        new StepTryFailed(
                                pair("a", "t1"),
                                ticket("a", "t1", 1),
                                Optional.of(1),
                                "exit code 1: busy",
                                nextTryAt));
        var waiting = retrying.after(report("a", "t1", failed("busy")));
        assertThat(new StepRunDecider().timersOf(waiting.state()))
                .containsExactly(
                        Map.entry(StepRunDecider.retryTimer(ticket("a", "t1", 1)), nextTryAt));
        waiting.when(StepRunDecider.atTimer(StepRunDecider.retryTimer(ticket("a", "t1", 1))))
                .then(started("a", "t1", 2));
        waiting.when(new BackoffOver(ticket("a", "t1", 2))).thenNothing();
        var second = waiting.after(new BackoffOver(ticket("a", "t1", 1)));
        assertThat(new StepRunDecider().timersOf(second.state())).isEmpty();
        second.when(new BackoffOver(ticket("a", "t1", 1))).thenNothing();
    }

    @Test
    void tries_end_with_the_last_one_allowed() {
        var ended =
                run.after(
                        start(step("a").retrying(1, Duration.ZERO).at("t1")),
                        report("a", "t1", 1, failed("one")),
                        report("a", "t1", 2, failed("two")));
        assertThat(ended.history()).contains(started("a", "t1", 2));
        assertThat(end(ended).reason()).contains("a on t1 failed: exit code 1: two");
    }

    @Test
    void a_place_that_waits_for_another_try_keeps_its_slot() {
        var waiting =
                run.after(
                        start(
                                step("a")
                                        .retrying(1, Duration.ofSeconds(5))
                                        .rolling(1)
                                        .at("t1", "t2")),
                        report("a", "t1", failed("busy")));
        assertThat(waiting.history()).doesNotContain(started("a", "t2"));
    }

    @Test
    void what_nobody_knows_the_end_of_is_never_tried_again() {
        var unknown =
                run.after(
                        start(step("a").retrying(3, Duration.ZERO).at("t1")),
                        report("a", "t1", ended(CommandOutcome.UNKNOWN)));
        assertThat(end(unknown).outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(end(unknown).results().getFirst().state()).isEqualTo(StepState.UNKNOWN);
        assertThat(end(unknown).reason())
                .contains("a on t1 may have failed: it was started, and nobody knows how it ended");
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "EXPIRED", "ABANDONED", "CANCELLED"})
    void what_never_ran_or_was_stopped_fails_with_the_reason_and_is_not_tried_again(
            CommandOutcome outcome) {
        var ended =
                run.after(
                        start(step("a").retrying(3, Duration.ZERO).at("t1")),
                        report("a", "t1", Sheets.ended(outcome)));
        var result = end(ended).results().getFirst();
        assertThat(result.state()).isEqualTo(StepState.FAILED);
        assertThat(result.reason()).isPresent();
        assertThat(result.mayStillRun()).isEqualTo(outcome == CommandOutcome.ABANDONED);
    }

    @Test
    void a_timeout_is_a_failure_that_may_be_tried_again() {
        run.after(start(step("a").retrying(1, Duration.ZERO).at("t1")))
                .when(report("a", "t1", ended(CommandOutcome.TIMED_OUT)))
                .then(
                        new StepTryFailed(
                                pair("a", "t1"),
                                ticket("a", "t1", 1),
                                Optional.empty(),
                                "did not end within 1h",
                                NOON),
                        started("a", "t1", 2));
    }

    @Test
    void a_report_for_an_unknown_or_an_older_ticket_changes_nothing() {
        var second =
                run.after(
                        start(step("a").retrying(1, Duration.ZERO).at("t1"), step("b").at("t1")),
                        report("a", "t1", failed("one")));
        second.when(report("a", "t1", 1, exited(0))).thenNothing();
        second.when(report("x", "t1", exited(0))).thenNothing();
        second.after(report("a", "t1", 2, exited(0)))
                .when(report("a", "t1", 2, failed("late")))
                .thenNothing();
        run.when(report("a", "t1", exited(0))).thenNothing();
    }

    @Test
    void output_variables_stay_with_their_pair() {
        var outputs = Map.of("Port", "8443");
        var next =
                run.after(
                        start(step("a").at("t1"), step("b").at("t1")),
                        report("a", "t1", exited(0, outputs)));
        assertThat(((StepRun.Underway) next.state()).outputs())
                .containsExactly(
                        Map.entry(
                                pair("a", "t1"),
                                new PlaceOutputs(
                                        outputs, List.of(), Optional.of(ticket("a", "t1", 1)))));
    }

    @Test
    void of_a_sensitive_output_the_event_has_the_name_and_its_ticket_only() {
        var token = exited(0).withSensitiveOutputs(List.of("Token"));
        var before = run.after(start(step("a").at("t1"), step("b").at("t1")));
        var next = before.after(report("a", "t1", token));
        assertThat(((StepRun.Underway) next.state()).outputs())
                .containsExactly(
                        Map.entry(
                                pair("a", "t1"),
                                new PlaceOutputs(
                                        Map.of(),
                                        List.of("Token"),
                                        Optional.of(ticket("a", "t1", 1)))));
    }

    @Test
    void a_cancelled_run_starts_nothing_new_and_ends_when_its_open_commands_have() {
        var cancelled =
                run.after(start(step("a").rolling(2).at("t1", "t2", "t3"), step("b").at("t1")));
        cancelled.when(new Cancel()).then(new StepRunCancelling());
        var cancelling = cancelled.after(new Cancel());
        cancelling.when(report("a", "t1", exited(0))).then(succeeded("a", "t1"));
        var ended =
                cancelling.after(
                        report("a", "t1", exited(0)),
                        report("a", "t2", ended(CommandOutcome.CANCELLED)));
        assertThat(end(ended))
                .isEqualTo(
                        new StepRunEnded(
                                RunOutcome.CANCELLED,
                                Optional.of("The deployment was cancelled."),
                                List.of(
                                        result(pair("a", "t1"), StepState.SUCCEEDED, null),
                                        result(pair("a", "t2"), StepState.CANCELLED, "cancelled"),
                                        result(
                                                pair("a", "t3"),
                                                StepState.CANCELLED,
                                                "cancelled before it started"),
                                        result(
                                                pair("b", "t1"),
                                                StepState.CANCELLED,
                                                "cancelled before it started"))));
    }

    @Test
    void a_cancelled_run_tries_nothing_again() {
        var waiting =
                run.after(
                        start(step("a").retrying(3, Duration.ofSeconds(5)).at("t1", "t2")),
                        report("a", "t1", failed("busy")),
                        new Cancel());
        waiting.when(new BackoffOver(ticket("a", "t1", 1))).thenNothing();
        assertThat(new StepRunDecider().timersOf(waiting.state())).isEmpty();
        var ended = waiting.after(report("a", "t2", failed("TERM")));
        assertThat(end(ended).results())
                .extracting(PairResult::state)
                .containsExactly(StepState.CANCELLED, StepState.FAILED);
        assertThat(end(ended).results().getFirst().reason())
                .contains("cancelled before another try; the last one: exit code 1: busy");
    }

    @Test
    void a_run_that_only_waits_for_another_try_ends_at_once_when_cancelled() {
        var ended =
                run.after(
                        start(step("a").retrying(1, Duration.ofHours(1)).at("t1")),
                        report("a", "t1", failed("busy")),
                        new Cancel());
        assertThat(end(ended).outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void what_was_given_up_after_a_cancel_may_still_run_and_says_so() {
        var ended =
                run.after(
                        start(step("a").at("t1")),
                        new Cancel(),
                        report("a", "t1", ended(CommandOutcome.ABANDONED)));
        var result = end(ended).results().getFirst();
        assertThat(result.state()).isEqualTo(StepState.CANCELLED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void cancelling_before_the_start_twice_or_after_the_end_changes_nothing() {
        run.when(new Cancel()).thenNothing();
        var under = run.after(start(step("a").at("t1")));
        under.after(new Cancel()).when(new Cancel()).thenNothing();
        under.after(report("a", "t1", exited(0))).when(new Cancel()).thenNothing();
    }

    @Test
    void the_same_step_in_another_run_has_another_ticket() {
        var first = (StepStarted) run.after(start(step("a").at("t1"))).history().get(1);
        var sheet = sheet(step("a").at("t1"));
        var later =
                new StepRunStarted(
                        sheet.deployment(),
                        sheet.project(),
                        sheet.release(),
                        sheet.environment(),
                        sheet.planDigest(),
                        sheet.phase(),
                        sheet.run().next(),
                        2,
                        sheet.purpose(),
                        sheet.guided(),
                        sheet.assignments(),
                        Optional.empty());
        var second = (StepStarted) run.after(new StartRun(later, Map.of())).history().get(1);
        assertThat(second.ticket()).isNotEqualTo(first.ticket());
    }

    @Test
    void a_damaged_history_is_refused() {
        assertThatThrownBy(() -> run.given(started("a", "t1")).state())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () ->
                                run.given(
                                                sheet(step("a").at("t1")),
                                                started("a", "t1"),
                                                started("a", "t1"))
                                        .state())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> run.given(sheet(step("a").at("t1")), started("b", "t1")).state())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> StepRunDecider.atTimer("else"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
