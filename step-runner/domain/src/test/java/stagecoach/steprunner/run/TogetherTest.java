package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.steprunner.run.Sheets.NOON;
import static stagecoach.steprunner.run.Sheets.exited;
import static stagecoach.steprunner.run.Sheets.failed;
import static stagecoach.steprunner.run.Sheets.gone;
import static stagecoach.steprunner.run.Sheets.guided;
import static stagecoach.steprunner.run.Sheets.manual;
import static stagecoach.steprunner.run.Sheets.pair;
import static stagecoach.steprunner.run.Sheets.sheet;
import static stagecoach.steprunner.run.Sheets.step;
import static stagecoach.steprunner.run.Sheets.target;
import static stagecoach.steprunner.run.Sheets.ticket;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PlannedStep.Kind;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.decider.DeciderSpec;
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Steps that start together, groups, conditions of one's own, and people who are asked. */
class TogetherTest {
    private static final String SOMETHING_FAILED = "left out, because something failed before it";

    private final DeciderSpec<StepRun, StepRunCommand, StepRunEvent> run =
            DeciderSpec.of(new StepRunDecider());

    private DeciderSpec<StepRun, StepRunCommand, StepRunEvent> begun(StepAssignment... steps) {
        return run.after(new StartRun(sheet(steps), Map.of()));
    }

    private static CommandReported report(String step, String where, CommandResult result) {
        return new CommandReported(ticket(step, where, 1), result, NOON);
    }

    private static List<Pair> starts(DeciderSpec<StepRun, StepRunCommand, StepRunEvent> spec) {
        return spec.history().stream()
                .filter(StepStarted.class::isInstance)
                .map(event -> ((StepStarted) event).pair())
                .toList();
    }

    private static StepRunEnded end(DeciderSpec<StepRun, StepRunCommand, StepRunEvent> spec) {
        return (StepRunEnded) spec.history().getLast();
    }

    private static PairResult result(
            DeciderSpec<StepRun, StepRunCommand, StepRunEvent> spec, Pair pair) {
        return end(spec).results().stream()
                .filter(result -> result.pair().equals(pair))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void steps_that_start_together_are_at_work_together_and_the_next_waits_for_all() {
        var both = begun(step("a").at("t1"), step("b").withPrevious().at("t2"), step("c").at("t1"));
        assertThat(starts(both)).containsExactly(pair("a", "t1"), pair("b", "t2"));
        var half = both.after(report("b", "t2", exited(0)));
        assertThat(starts(half)).hasSize(2);
        assertThat(starts(half.after(report("a", "t1", exited(0))))).endsWith(pair("c", "t1"));
    }

    /** The acquisition follows the end of the run of PRE_ACQUISITION steps. */
    @Test
    void a_run_is_not_over_while_one_of_the_steps_that_run_side_by_side_is_at_work() {
        var both = begun(step("tunnel").at("t1"), step("quiet").withPrevious().at("t2"));
        for (var first :
                List.of(report("tunnel", "t1", exited(0)), report("quiet", "t2", failed("no")))) {
            assertThat(both.after(first).state()).isInstanceOf(StepRun.Underway.class);
        }
    }

    @Test
    void what_fails_beside_a_step_does_not_keep_it_from_running() {
        var spec =
                begun(
                                step("a").at("t1"),
                                step("b").withPrevious().parallel(1).at("t1", "t2"),
                                step("c").at("t1"))
                        .after(
                                report("a", "t1", failed("no")),
                                report("b", "t1", exited(0)),
                                report("b", "t2", exited(0)));
        assertThat(starts(spec)).containsExactly(pair("a", "t1"), pair("b", "t1"), pair("b", "t2"));
        assertThat(result(spec, pair("c", "t1")).reason()).contains(SOMETHING_FAILED);
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void nothing_begins_beside_a_step_that_cannot_be_commanded() {
        var spec =
                run.after(
                        new StartRun(
                                sheet(step("a").at("t1"), step("b").withPrevious().at("t1")),
                                Map.of(pair("b", "t1"), "circle")));
        assertThat(starts(spec)).isEmpty();
        assertThat(result(spec, pair("a", "t1")).reason()).contains(SOMETHING_FAILED);
        assertThat(result(spec, pair("b", "t1")).reason()).contains("circle");
    }

    @Test
    void each_target_goes_through_a_group_by_itself() {
        var spec = begun(step("drain").in("g").at("t1", "t2"), step("swap").in("g").at("t1", "t2"));
        assertThat(starts(spec)).containsExactly(pair("drain", "t1"), pair("drain", "t2"));
        var ahead = spec.after(report("drain", "t2", exited(0)));
        assertThat(starts(ahead)).endsWith(pair("swap", "t2"));
        var done =
                ahead.after(
                        report("swap", "t2", exited(0)),
                        report("drain", "t1", exited(0)),
                        report("swap", "t1", exited(0)));
        assertThat(end(done).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void the_window_of_a_group_counts_targets_and_slides() {
        var spec =
                begun(
                        step("drain").in("g").rolling(1).at("t1", "t2"),
                        step("swap").in("g").rolling(1).at("t1", "t2"));
        var first = spec.after(report("drain", "t1", exited(0)));
        assertThat(starts(first)).containsExactly(pair("drain", "t1"), pair("swap", "t1"));
        assertThat(starts(first.after(report("swap", "t1", exited(0)))))
                .endsWith(pair("drain", "t2"));
    }

    @Test
    void a_failure_in_a_rolling_group_stops_it_and_always_children_still_run() {
        var spec =
                begun(
                                step("swap").in("g").rolling(1).at("t1", "t2"),
                                step("check").in("g").rolling(1).at("t1", "t2"),
                                step("undrain")
                                        .in("g")
                                        .rolling(1)
                                        .on(Condition.ALWAYS)
                                        .at("t1", "t2"))
                        .after(
                                report("swap", "t1", failed("no")),
                                report("undrain", "t1", exited(0)),
                                report("undrain", "t2", exited(0)));
        assertThat(starts(spec))
                .containsExactly(pair("swap", "t1"), pair("undrain", "t1"), pair("undrain", "t2"));
        assertThat(result(spec, pair("check", "t1")).reason()).contains(SOMETHING_FAILED);
        assertThat(result(spec, pair("swap", "t2")).reason())
                .contains("not started, because it failed on t1");
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void a_failure_child_runs_only_where_its_own_target_failed() {
        var spec =
                begun(
                                step("swap").in("g").at("t1", "t2"),
                                step("undo").in("g").on(Condition.FAILURE).at("t1", "t2"))
                        .after(report("swap", "t1", failed("no")), report("swap", "t2", exited(0)));
        assertThat(starts(spec)).contains(pair("undo", "t1")).doesNotContain(pair("undo", "t2"));
    }

    private static Judge answering(Answer answer, Predicate<Pair> where) {
        return (run, pair) -> where.test(pair) ? answer : new Answer.Runs();
    }

    @Test
    void only_if_is_judged_place_by_place() {
        var judge =
                answering(
                        new Answer.LeftOut("left out, because its onlyIf is false"),
                        pair("a", "t1")::equals);
        var spec =
                run.after(
                        new StartRun(
                                sheet(step("a").conditional().at("t1", "t2")), Map.of(), judge));
        assertThat(starts(spec)).containsExactly(pair("a", "t2"));
        var done = spec.after(report("a", "t2", exited(0)));
        assertThat(result(done, pair("a", "t1")))
                .returns(StepState.SKIPPED, PairResult::state)
                .returns(Optional.of("left out, because its onlyIf is false"), PairResult::reason);
        assertThat(end(done).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void an_only_if_that_nobody_can_read_fails_its_place() {
        var judge = answering(new Answer.Unreadable("no word"), pair("a", "t1")::equals);
        var spec =
                run.after(
                                new StartRun(
                                        sheet(step("a").conditional().at("t1", "t2")),
                                        Map.of(),
                                        judge))
                        .after(report("a", "t2", exited(0)));
        assertThat(result(spec, pair("a", "t1")).reason()).contains("no word");
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void a_machine_that_is_away_does_not_fail_a_step_that_only_if_leaves_out_there() {
        var judge = answering(new Answer.LeftOut("false"), pair("a", "t1")::equals);
        var spec =
                run.after(
                        new StartRun(
                                sheet(step("a").conditional().at(gone("t1", "away"))),
                                Map.of(),
                                judge));
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void a_run_ends_at_a_manual_intervention_and_begins_nothing_behind_it() {
        var spec =
                begun(step("a").at("t1"), manual("go"), step("b").at("t1"))
                        .after(report("a", "t1", exited(0)));
        assertThat(starts(spec)).containsExactly(pair("a", "t1"));
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.INTERVENTION_REACHED);
        assertThat(result(spec, pair("a", "t1")).state()).isEqualTo(StepState.SUCCEEDED);
        assertThat(result(spec, pair("go")).state()).isEqualTo(StepState.RUNNING);
        assertThat(result(spec, pair("b", "t1")).state()).isEqualTo(StepState.PENDING);
    }

    @Test
    void a_manual_intervention_is_worded_when_its_turn_has_come() {
        var wording =
                new Judge() {
                    @Override
                    public Answer judge(StepRun.Underway run, Pair pair) {
                        return new Answer.Runs();
                    }

                    @Override
                    public Optional<String> instructions(StepRun.Underway run, Pair intervention) {
                        var states = run.states();
                        var a = pair("a", "t1");
                        return Optional.of(
                                "%s, %s, %s, %s, %s"
                                        .formatted(
                                                states.everywhere(a.step()),
                                                states.anywhere(a.step()),
                                                states.anywhere(intervention.step()),
                                                states.at(a),
                                                states.at(new Pair(a.step(), Optional.empty()))));
                    }
                };
        var spec =
                begun(step("a").at("t1"), manual("go"))
                        .after(new CommandReported(ticket("a", "t1", 1), exited(0), NOON, wording));
        assertThat(end(spec).instructions().orElseThrow())
                .isEqualTo(
                        "{a on t1=SUCCEEDED}, [SUCCEEDED], [PENDING], Optional[SUCCEEDED], Optional.empty");
    }

    @Test
    void a_manual_intervention_behind_a_failure_asks_nobody() {
        var spec =
                begun(step("a").at("t1"), manual("go"), step("b").at("t1"))
                        .after(report("a", "t1", failed("no")));
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(result(spec, pair("go")).state()).isEqualTo(StepState.SKIPPED);
    }

    @Test
    void with_guidance_a_run_ends_at_its_first_failure_when_all_under_way_has_ended() {
        var spec =
                run.after(
                        new StartRun(
                                guided(
                                        step("a").parallel(2).at("t1", "t2", "t3"),
                                        step("b").on(Condition.ALWAYS).at("t1")),
                                Map.of()),
                        report("a", "t1", failed("no")));
        assertThat(starts(spec)).containsExactly(pair("a", "t1"), pair("a", "t2"));
        var asked = spec.after(report("a", "t2", exited(0)));
        assertThat(starts(asked)).hasSize(2);
        assertThat(end(asked).outcome()).isEqualTo(RunOutcome.NEEDS_GUIDANCE);
        assertThat(end(asked).reason()).contains("a on t1 failed: exit code 1: no");
        assertThat(result(asked, pair("a", "t2")).state()).isEqualTo(StepState.SUCCEEDED);
        assertThat(result(asked, pair("a", "t3")).state()).isEqualTo(StepState.PENDING);
        assertThat(result(asked, pair("b", "t1")).state()).isEqualTo(StepState.PENDING);
    }

    @Test
    void with_guidance_a_place_that_waits_for_another_try_is_waited_for() {
        var spec =
                run.after(
                        new StartRun(
                                guided(
                                        step("a").retrying(1, Duration.ofSeconds(5)).at("t1"),
                                        step("b").withPrevious().at("t1")),
                                Map.of()),
                        report("a", "t1", failed("no")),
                        report("b", "t1", failed("no")));
        assertThat(spec.state()).isInstanceOf(StepRun.Underway.class);
    }

    @Test
    void a_guided_run_that_is_cancelled_is_cancelled() {
        var spec =
                run.after(
                        new StartRun(guided(step("a").at("t1"), step("b").at("t1")), Map.of()),
                        new Cancel(),
                        report("a", "t1", failed("no")));
        assertThat(end(spec).outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void a_machine_that_was_waited_for_and_did_not_come_fails() {
        var spec =
                begun(
                                step("a")
                                        .unavailable(UnavailableTargets.WAIT)
                                        .at(gone("t1", "away"), target("t2")))
                        .after(report("a", "t2", exited(0)));
        assertThat(result(spec, pair("a", "t1")).state()).isEqualTo(StepState.FAILED);
    }

    @Test
    void a_health_check_without_answer_treats_the_machine_by_its_rule_for_missing_ones() {
        var health = step("h").kind(Kind.HEALTH_CHECK);
        var failing =
                begun(health.at("t1"))
                        .after(report("h", "t1", Sheets.ended(CommandOutcome.EXPIRED)));
        assertThat(end(failing).outcome()).isEqualTo(RunOutcome.FAILED);
        var skipping =
                begun(health.unavailable(UnavailableTargets.SKIP).at("t1"))
                        .after(report("h", "t1", Sheets.ended(CommandOutcome.EXPIRED)));
        assertThat(end(skipping).outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        assertThat(result(skipping, pair("h", "t1")).state()).isEqualTo(StepState.SKIPPED);
    }
}
