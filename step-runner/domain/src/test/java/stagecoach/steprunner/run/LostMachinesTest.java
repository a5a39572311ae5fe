package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.steprunner.run.Sheets.NOON;
import static stagecoach.steprunner.run.Sheets.exited;
import static stagecoach.steprunner.run.Sheets.gone;
import static stagecoach.steprunner.run.Sheets.pair;
import static stagecoach.steprunner.run.Sheets.sheet;
import static stagecoach.steprunner.run.Sheets.step;
import static stagecoach.steprunner.run.Sheets.target;
import static stagecoach.steprunner.run.Sheets.ticket;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep.Kind;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.decider.DeciderSpec;
import stagecoach.steprunner.run.StepRunCommand.BackoffOver;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Machines that go missing while a run is under way, and those that come in its course. */
class LostMachinesTest {
    /** A run in which each command ends as {@code answer} says, in the order of their starts. */
    private static final class Played {
        private final List<StepRunEvent> history = new ArrayList<>();

        Played(Function<StepStarted, CommandResult> answer, StepAssignment... steps) {
            var decider = new StepRunDecider();
            var open = new ArrayDeque<StepStarted>();
            StepRun state = decider.initial();
            StepRunCommand command = new StartRun(sheet(steps), Map.of());
            while (true) {
                for (StepRunEvent event : decider.decide(state, command)) {
                    state = decider.evolve(state, event);
                    history.add(event);
                    if (event instanceof StepStarted started) {
                        open.add(started);
                    }
                }
                if (open.isEmpty()) {
                    return;
                }
                var next = open.remove();
                command = new CommandReported(next.ticket(), answer.apply(next), NOON);
            }
        }

        StepRunEnded end() {
            return (StepRunEnded) history.getLast();
        }

        Map<Pair, StepState> states() {
            var states = new LinkedHashMap<Pair, StepState>();
            end().results().forEach(result -> states.put(result.pair(), result.state()));
            return states;
        }

        StepState state(String step, String target) {
            return states().get(pair(step, target));
        }

        PairResult result(String step, String target) {
            return end().results().stream()
                    .filter(result -> result.pair().equals(pair(step, target)))
                    .findFirst()
                    .orElseThrow();
        }

        List<Pair> started() {
            return history.stream()
                    .filter(StepStarted.class::isInstance)
                    .map(event -> ((StepStarted) event).pair())
                    .toList();
        }
    }

    /** The rules by which a step is left out where its machine is away. */
    private static final Set<UnavailableTargets> LEFT_OUT =
            Set.of(UnavailableTargets.SKIP, UnavailableTargets.EXCLUDE);

    private static CommandResult unreached(boolean mayStillRun) {
        return new CommandResult(
                CommandOutcome.UNREACHED,
                Optional.empty(),
                Map.of(),
                Optional.of("The machine was out of reach for 1m."),
                mayStillRun,
                Optional.empty());
    }

    /** Answers for all but these pairs, whose machine is out of reach then. */
    private static Function<StepStarted, CommandResult> reaching(Pair... notThese) {
        Set<Pair> lost = new HashSet<>(Arrays.asList(notThese));
        return started -> lost.contains(started.pair()) ? unreached(false) : exited(0);
    }

    @ParameterizedTest
    @EnumSource(UnavailableTargets.class)
    void a_machine_that_is_lost_midway_is_judged_by_the_rule_of_the_step(UnavailableTargets rule) {
        var played =
                new Played(
                        reaching(pair("b", "t2")),
                        step("a").at("t1", "t2"),
                        step("b").unavailable(rule).at("t1", "t2"));
        boolean skips = LEFT_OUT.contains(rule);
        assertThat(played.state("b", "t1")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.state("b", "t2")).isEqualTo(skips ? StepState.SKIPPED : StepState.FAILED);
        assertThat(played.result("b", "t2").reason())
                .contains("The machine was out of reach for 1m.");
        assertThat(played.end().outcome())
                .isEqualTo(skips ? RunOutcome.SUCCEEDED : RunOutcome.FAILED);
    }

    @ParameterizedTest
    @EnumSource(UnavailableTargets.class)
    void what_no_worker_can_do_is_not_done_by_the_target_that_has_just_answered(
            UnavailableTargets rule) {
        var onBehalf = new RunOn.OnBehalfOf(new PoolId("hq"), List.of(new Tag("web")));
        var played =
                new Played(
                        _ -> exited(0),
                        step("a").at("t1"),
                        step("b")
                                .on(onBehalf)
                                .unavailable(rule)
                                .at(gone("t1", "no worker of hq is there")));
        assertThat(played.started()).containsExactly(pair("a", "t1"));
        assertThat(played.state("b", "t1"))
                .isEqualTo(LEFT_OUT.contains(rule) ? StepState.SKIPPED : StepState.FAILED);
        assertThat(played.result("b", "t1").reason()).contains("no worker of hq is there");
    }

    @Test
    void what_may_have_begun_there_unheard_is_said_with_the_step_that_was_left_out() {
        var played =
                new Played(
                        _ -> unreached(true),
                        step("a").unavailable(UnavailableTargets.SKIP).at("t1"));
        assertThat(played.state("a", "t1")).isEqualTo(StepState.SKIPPED);
        assertThat(played.result("a", "t1").mayStillRun()).isTrue();
    }

    @Test
    void a_machine_that_was_left_out_is_left_out_at_once_and_asked_where_it_must_not_be_missing() {
        var played =
                new Played(
                        reaching(pair("a", "t1")),
                        step("a").unavailable(UnavailableTargets.SKIP).at("t1"),
                        step("b").unavailable(UnavailableTargets.SKIP).at("t1"),
                        step("c").at("t1"));
        assertThat(played.started()).containsExactly(pair("a", "t1"), pair("c", "t1"));
        assertThat(played.state("b", "t1")).isEqualTo(StepState.SKIPPED);
        assertThat(played.state("c", "t1")).isEqualTo(StepState.SUCCEEDED);
    }

    @ParameterizedTest
    @EnumSource(UnavailableTargets.class)
    void a_health_check_asks_when_its_turn_has_come_whatever_was_seen_before(
            UnavailableTargets rule) {
        var vm = gone("vm", "its tentacle is not connected");
        var played =
                new Played(
                        reaching(),
                        step("start-vm").onWorker("w1"),
                        step("is-up").kind(Kind.HEALTH_CHECK).unavailable(rule).at(vm),
                        step("use").at(vm));
        assertThat(played.state("is-up", "vm")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.state("use", "vm")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.end().outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void a_health_check_takes_out_who_does_not_answer_whatever_later_steps_say() {
        var played =
                new Played(
                        reaching(pair("alive", "t2")),
                        step("alive")
                                .kind(Kind.HEALTH_CHECK)
                                .unavailable(UnavailableTargets.EXCLUDE)
                                .at("t1", "t2"),
                        step("use").at("t1", "t2"),
                        step("other").at("t3"),
                        step("clean").on(Condition.ALWAYS).at("t2"));
        assertThat(played.state("use", "t1")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.state("other", "t3")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.state("alive", "t2")).isEqualTo(StepState.SKIPPED);
        assertThat(played.state("use", "t2")).isEqualTo(StepState.SKIPPED);
        assertThat(played.state("clean", "t2")).isEqualTo(StepState.SKIPPED);
        assertThat(played.result("use", "t2").reason())
                .contains("left out, because the health check alive took this target out");
        assertThat(played.end().outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        assertThat(played.end().excluded()).containsExactly(new TargetId("t2"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_step_that_waits_for_another_try_begins_no_more_where_a_health_check_took_its_target_out(
            boolean atOnce) {
        var played =
                new Played(
                        started ->
                                started.pair().equals(pair("alive", "t2"))
                                        ? unreached(false)
                                        : exited(started.pair().equals(pair("use", "t2")) ? 1 : 0),
                        step("use")
                                .retrying(3, atOnce ? Duration.ZERO : Duration.ofHours(1))
                                .at("t1", "t2"),
                        step("alive")
                                .kind(Kind.HEALTH_CHECK)
                                .unavailable(UnavailableTargets.EXCLUDE)
                                .withPrevious()
                                .at("t1", "t2"));
        assertThat(played.started()).containsOnlyOnce(pair("alive", "t2"));
        assertThat(played.result("use", "t2").state()).isEqualTo(StepState.SKIPPED);
        assertThat(played.result("use", "t2").reason())
                .contains("left out, because the health check alive took this target out");
        assertThat(played.end().outcome()).isEqualTo(RunOutcome.SUCCEEDED);
    }

    @Test
    void while_a_person_decides_no_other_try_begins_at_a_target_that_was_taken_out() {
        var decider = DeciderSpec.of(new StepRunDecider());
        var check = step("alive").kind(Kind.HEALTH_CHECK).unavailable(UnavailableTargets.EXCLUDE);
        var wait = Duration.ofSeconds(5);
        var waiting =
                decider.after(
                        new StartRun(
                                Sheets.guided(
                                        step("use").retrying(1, wait).at("t1"),
                                        step("break").withPrevious().at("t2"),
                                        check.withPrevious().at("t1")),
                                Map.of()),
                        new CommandReported(ticket("use", "t1", 1), exited(1), NOON),
                        new CommandReported(ticket("break", "t2", 1), exited(1), NOON),
                        new CommandReported(ticket("alive", "t1", 1), unreached(false), NOON));
        var over = waiting.after(new BackoffOver(ticket("use", "t1", 1)));
        assertThat(over.history()).doesNotContain(Sheets.started("use", "t1", 2));
        var end = (StepRunEnded) over.history().getLast();
        assertThat(end.outcome()).isEqualTo(RunOutcome.NEEDS_GUIDANCE);
        assertThat(end.excluded()).containsExactly(new TargetId("t1"));
    }

    @ParameterizedTest
    @EnumSource(UnavailableTargets.class)
    void a_health_check_asks_as_often_as_it_may_before_its_rule_counts(UnavailableTargets rule) {
        var check = step("alive").kind(Kind.HEALTH_CHECK).unavailable(rule);
        var late =
                new Played(
                        started -> started.tryNumber() < 3 ? unreached(false) : exited(0),
                        check.retrying(2, Duration.ZERO).at("t1"));
        assertThat(late.state("alive", "t1")).isEqualTo(StepState.SUCCEEDED);
        assertThat(late.end().excluded()).isEmpty();
        var never = new Played(_ -> unreached(false), check.retrying(2, Duration.ZERO).at("t1"));
        assertThat(never.started()).hasSize(3);
        assertThat(never.state("alive", "t1"))
                .isEqualTo(LEFT_OUT.contains(rule) ? StepState.SKIPPED : StepState.FAILED);
    }

    @Test
    void a_health_check_that_does_not_run_takes_nobody_out() {
        var played =
                new Played(
                        reaching(pair("break", "t1")),
                        step("break").at("t1"),
                        step("alive")
                                .kind(Kind.HEALTH_CHECK)
                                .unavailable(UnavailableTargets.EXCLUDE)
                                .at("t1", "t2"),
                        step("clean").on(Condition.ALWAYS).at("t2"));
        assertThat(played.state("alive", "t2")).isEqualTo(StepState.SKIPPED);
        assertThat(played.state("clean", "t2")).isEqualTo(StepState.SUCCEEDED);
        assertThat(played.end().excluded()).isEmpty();
    }

    @Test
    void of_500_targets_those_that_go_down_midway_are_left_out_and_the_others_go_on() {
        var places = new ArrayList<Place>();
        for (int i = 0; i < 500; i++) {
            places.add(target("t" + i));
        }
        var skip = UnavailableTargets.SKIP;
        var played =
                new Played(
                        reaching(pair("b", "t7"), pair("b", "t250"), pair("c", "t499")),
                        step("a").unavailable(skip).at(places),
                        step("b").unavailable(skip).rolling(50).at(places),
                        step("c").unavailable(skip).at(places));
        assertThat(played.end().outcome()).isEqualTo(RunOutcome.SUCCEEDED);
        assertThat(played.end().results()).hasSize(1500);
        assertThat(
                        played.end().results().stream()
                                .filter(result -> result.state() != StepState.SUCCEEDED)
                                .map(PairResult::pair))
                .containsExactlyInAnyOrder(
                        pair("b", "t7"),
                        pair("b", "t250"),
                        pair("c", "t7"),
                        pair("c", "t250"),
                        pair("c", "t499"));
        assertThat(played.started())
                .doesNotContain(pair("c", "t7"), pair("c", "t250"))
                .hasSize(1498);
    }

    @Test
    void of_500_targets_one_that_goes_down_midway_fails_where_none_may_be_missing() {
        var places = new ArrayList<Place>();
        for (int i = 0; i < 500; i++) {
            places.add(target("t" + i));
        }
        var played =
                new Played(
                        reaching(pair("b", "t42")),
                        step("a").at(places),
                        step("b").at(places),
                        step("c").at(places));
        assertThat(played.end().outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(played.end().reason().orElseThrow())
                .contains("b on t42 failed")
                .contains("out of reach");
        assertThat(played.state("c", "t1")).isEqualTo(StepState.SKIPPED);
    }
}
