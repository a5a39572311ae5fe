package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
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
import stagecoach.steprunner.order.Answer;
import stagecoach.steprunner.run.Sheets.Step;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.CommandReported;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.UnavailableTargets;

/** Whatever happens in whatever order, a run keeps its promises. */
class StepRunInterleavingTest {
    private static final int FATES = 40;

    private final StepRunDecider decider = new StepRunDecider();

    @Property(tries = 1500)
    void any_interleaving_of_reports_repeats_and_cancels_keeps_the_promises(
            @ForAll("sheets") StepRunStarted sheet, @ForAll long seed) {
        var history = new ArrayList<StepRunEvent>();
        var random = new Random(seed);
        var start = new StartRun(sheet, unready(sheet, random), StepRunInterleavingTest::judge);
        Map<Ticket, CommandResult> fates = new HashMap<>();
        StepRun state = decider.initial();
        state = step(state, start, history);
        for (int i = 0; i < FATES && !(state instanceof StepRun.Over); i++) {
            state = step(state, anything(state, start, history, fates, random), history);
        }
        // From here on everything that is under way comes to its end.
        for (int i = 0; state instanceof StepRun.Underway run; i++) {
            assertThat(i).as("the run must come to an end").isLessThan(500);
            var timers = decider.timersOf(run);
            StepRunCommand next =
                    timers.isEmpty()
                            ? report(run.open().getFirst().work().ticket(), fates, random)
                            : StepRunDecider.atTimer(timers.keySet().iterator().next());
            state = step(state, next, history);
        }
        for (Ticket ticket : fates.keySet()) {
            assertThat(decider.decide(state, report(ticket, fates, random))).isEmpty();
        }
        everyPrefixReplays(history);
        ticketsStartOnceAndWindowsHold(sheet, history);
        theEndTellsOfEveryPair(sheet, history);
        stepsRunInOrderAndByTheirConditions(sheet, history);
    }

    private StepRun step(StepRun state, StepRunCommand command, List<StepRunEvent> history) {
        var events = decider.decide(state, command);
        history.addAll(events);
        return decider.fold(state, events);
    }

    private StepRunCommand anything(
            StepRun state,
            StartRun start,
            List<StepRunEvent> history,
            Map<Ticket, CommandResult> fates,
            Random random) {
        var timers = new ArrayList<>(decider.timersOf(state).keySet());
        var known =
                history.stream()
                        .filter(StepStarted.class::isInstance)
                        .map(event -> ((StepStarted) event).ticket())
                        .toList();
        int what = random.nextInt(100);
        if (what < 3) {
            return new Cancel();
        }
        if (what < 6) {
            return start;
        }
        if (what < 9) {
            return report(Ticket.of("nobody's", random.nextInt()), fates, random);
        }
        if (what < 40 && !timers.isEmpty()) {
            return StepRunDecider.atTimer(timers.get(random.nextInt(timers.size())));
        }
        return known.isEmpty()
                ? start
                : report(known.get(random.nextInt(known.size())), fates, random);
    }

    /** A ticket has one result, however often it is reported. */
    private static CommandReported report(
            Ticket ticket, Map<Ticket, CommandResult> fates, Random random) {
        return new CommandReported(
                ticket,
                fates.computeIfAbsent(ticket, _ -> anyResult(random)),
                Sheets.NOON,
                StepRunInterleavingTest::judge);
    }

    /** Of a pair it always says the same. */
    private static Answer judge(StepRun.Underway run, Pair pair) {
        return switch (Math.floorMod(pair.toString().hashCode(), 4)) {
            case 0 -> new Answer.LeftOut("false");
            case 1 -> new Answer.Unreadable("no word");
            default -> new Answer.Runs();
        };
    }

    private static CommandResult anyResult(Random random) {
        if (random.nextInt(10) < 5) {
            return Sheets.exited(0, Map.of("N", "" + random.nextInt(9)));
        }
        if (random.nextInt(10) < 6) {
            return Sheets.failed("no");
        }
        var outcomes = CommandOutcome.values();
        return Sheets.ended(outcomes[random.nextInt(outcomes.length)]);
    }

    private static Map<Pair, String> unready(StepRunStarted sheet, Random random) {
        var reasons = new HashMap<Pair, String>();
        if (random.nextInt(8) == 0) {
            for (StepAssignment assignment : sheet.assignments()) {
                for (Place place : assignment.places()) {
                    if (random.nextInt(6) == 0) {
                        reasons.put(StepProgress.pairOf(assignment.step(), place), "circle");
                    }
                }
            }
        }
        return reasons;
    }

    private void everyPrefixReplays(List<StepRunEvent> history) {
        StepRun state = decider.initial();
        for (int i = 0; i < history.size(); i++) {
            state = decider.evolve(state, history.get(i));
            assertThat(decider.fold(decider.initial(), history.subList(0, i + 1))).isEqualTo(state);
        }
    }

    private static void ticketsStartOnceAndWindowsHold(
            StepRunStarted sheet, List<StepRunEvent> history) {
        Set<Ticket> seen = new HashSet<>();
        Map<StepName, Set<Pair>> busy = new HashMap<>();
        boolean cancelling = false;
        for (StepRunEvent event : history) {
            switch (event) {
                case StepStarted started -> {
                    assertThat(seen.add(started.ticket())).as("a ticket starts once").isTrue();
                    assertThat(cancelling).as("nothing starts after a cancel").isFalse();
                    var step = assignment(sheet, started.pair().step()).step();
                    var atWork = busy.computeIfAbsent(paced(step), _ -> new HashSet<>());
                    atWork.add(started.pair());
                    step.window()
                            .or(step::parallelism)
                            .ifPresent(max -> assertThat(atWork).hasSizeLessThanOrEqualTo(max));
                }
                case StepFinished finished ->
                        busy.computeIfAbsent(
                                        paced(assignment(sheet, finished.pair().step()).step()),
                                        _ -> new HashSet<>())
                                .remove(finished.pair());
                case StepRunCancelling _ -> cancelling = true;
                case StepTryFailed failed -> assertThat(seen).contains(failed.ticket());
                case StepSkipped _ -> {}
                case StepRunStarted _ -> {}
                case StepRunEnded _ ->
                        assertThat(busy.values()).allSatisfy(at -> assertThat(at).isEmpty());
            }
        }
    }

    /** What a window is counted for: a step, or a group with all its children. */
    private static StepName paced(PlannedStep step) {
        return step.group().orElse(step.name());
    }

    private static void theEndTellsOfEveryPair(StepRunStarted sheet, List<StepRunEvent> history) {
        var end = (StepRunEnded) history.getLast();
        assertThat(history.stream().filter(StepRunEnded.class::isInstance)).hasSize(1);
        var expected =
                sheet.assignments().stream()
                        .flatMap(
                                assignment ->
                                        assignment.places().stream()
                                                .map(
                                                        place ->
                                                                StepProgress.pairOf(
                                                                        assignment.step(), place)))
                        .toList();
        var told =
                end.results().stream()
                        .filter(
                                result ->
                                        !assignment(sheet, result.pair().step()).places().isEmpty())
                        .toList();
        assertThat(told.stream().map(PairResult::pair))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(end.results())
                .allSatisfy(
                        result -> {
                            if (!waitsForSomebody(end.outcome())) {
                                assertThat(result.state())
                                        .isNotIn(StepState.PENDING, StepState.RUNNING);
                            }
                            if (result.state() != StepState.SUCCEEDED) {
                                assertThat(result.reason()).isPresent();
                            }
                        });
        boolean cancelled = history.stream().anyMatch(StepRunCancelling.class::isInstance);
        boolean failed = end.results().stream().anyMatch(StepProgress::isFailure);
        boolean reached =
                end.results().stream().anyMatch(result -> result.state() == StepState.RUNNING);
        assertThat(end.outcome())
                .isEqualTo(
                        cancelled
                                ? RunOutcome.CANCELLED
                                : failed
                                        ? sheet.guided()
                                                ? RunOutcome.NEEDS_GUIDANCE
                                                : RunOutcome.FAILED
                                        : reached
                                                ? RunOutcome.INTERVENTION_REACHED
                                                : RunOutcome.SUCCEEDED);
    }

    private static boolean waitsForSomebody(RunOutcome outcome) {
        return outcome == RunOutcome.NEEDS_GUIDANCE || outcome == RunOutcome.INTERVENTION_REACHED;
    }

    private static void stepsRunInOrderAndByTheirConditions(
            StepRunStarted sheet, List<StepRunEvent> history) {
        int latest = 0;
        Set<Pair> failed = new HashSet<>();
        Set<Pair> begun = new HashSet<>();
        for (StepRunEvent event : history) {
            if (event instanceof StepFinished finished
                    && (finished.state() == StepState.FAILED
                            || finished.state() == StepState.UNKNOWN)) {
                failed.add(finished.pair());
            }
            if (event instanceof StepStarted started) {
                var pair = started.pair();
                var step = assignment(sheet, pair.step()).step();
                assertThat(step.batch()).as("batch after batch").isGreaterThanOrEqualTo(latest);
                latest = step.batch();
                assertThat(step.kind()).isNotEqualTo(PlannedStep.Kind.MANUAL_INTERVENTION);
                if (step.conditional()) {
                    assertThat(judge(new StepRun.Underway(sheet, List.of(), false), pair))
                            .isEqualTo(new Answer.Runs());
                }
                if (started.tryNumber() == 1) {
                    assertThat(begun.add(pair)).isTrue();
                    assertThat(sheet.guided() && !failed.isEmpty())
                            .as("nothing begins when somebody is asked")
                            .isFalse();
                    childrenBeforeHaveEndedThere(sheet, history, event, pair);
                    byItsCondition(sheet, step, pair, failed);
                }
            }
        }
    }

    private static void byItsCondition(
            StepRunStarted sheet, PlannedStep step, Pair pair, Set<Pair> failed) {
        boolean failedBefore =
                sheet.purpose() == Purpose.CLEANUP
                        || failed.stream()
                                .anyMatch(
                                        other -> {
                                            var their = assignment(sheet, other.step()).step();
                                            boolean onTheWay =
                                                    step.group().isPresent()
                                                            && their.group().equals(step.group())
                                                            && other.target().equals(pair.target());
                                            return their.batch() != step.batch() || onTheWay;
                                        });
        switch (step.condition()) {
            case SUCCESS -> assertThat(failedBefore).isFalse();
            case FAILURE -> assertThat(failedBefore).isTrue();
            case ALWAYS -> {}
        }
    }

    private static void childrenBeforeHaveEndedThere(
            StepRunStarted sheet, List<StepRunEvent> history, StepRunEvent now, Pair pair) {
        var group = assignment(sheet, pair.step()).step().group();
        if (group.isEmpty()) {
            return;
        }
        var before = history.subList(0, history.indexOf(now));
        for (StepAssignment assignment : sheet.assignments()) {
            var step = assignment.step();
            if (step.name().equals(pair.step())) {
                return;
            }
            if (step.group().equals(group) && !assignment.places().isEmpty()) {
                var child = new Pair(step.name(), pair.target());
                assertThat(before)
                        .as("%s has ended before %s begins", child, pair)
                        .anyMatch(event -> endsAt(event, child));
            }
        }
    }

    private static boolean endsAt(StepRunEvent event, Pair pair) {
        return switch (event) {
            case StepFinished finished -> finished.pair().equals(pair);
            case StepSkipped skipped ->
                    skipped.pairs().contains(pair)
                            || (skipped.pairs().isEmpty() && skipped.step().equals(pair.step()));
            case StepStarted _, StepTryFailed _, StepRunStarted _ -> false;
            case StepRunCancelling _, StepRunEnded _ -> false;
        };
    }

    private static StepAssignment assignment(StepRunStarted sheet, StepName name) {
        return sheet.assignments().stream()
                .filter(a -> a.step().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** How a step stands beside the one before it. */
    private enum Standing {
        ALONE,
        TOGETHER,
        NEXT_CHILD,
        CONDITIONAL,
        MANUAL
    }

    @Provide
    Arbitrary<StepRunStarted> sheets() {
        return Combinators.combine(
                        Arbitraries.of(
                                Purpose.NORMAL, Purpose.NORMAL, Purpose.NORMAL, Purpose.CLEANUP),
                        Arbitraries.of(true, false, false),
                        Combinators.combine(assignments(), Arbitraries.of(Standing.class))
                                .as(Drawn::new)
                                .list()
                                .ofMaxSize(5))
                .as(
                        (purpose, guided, drawn) ->
                                Sheets.sheet(
                                        purpose,
                                        guided && purpose == Purpose.NORMAL,
                                        assembled(drawn)));
    }

    private record Drawn(StepAssignment assignment, Standing standing) {}

    private static List<StepAssignment> assembled(List<Drawn> drawn) {
        var named = new ArrayList<StepAssignment>();
        for (Drawn one : drawn) {
            var step = new Step(one.assignment().step()).named("s" + named.size());
            var places = one.assignment().places();
            var before = named.isEmpty() ? null : named.getLast();
            boolean alone =
                    before == null || before.step().kind() == PlannedStep.Kind.MANUAL_INTERVENTION;
            switch (one.standing()) {
                case ALONE -> {}
                case TOGETHER -> step = alone ? step : step.withPrevious();
                case CONDITIONAL -> step = step.conditional();
                case NEXT_CHILD -> {
                    if (before != null && before.step().group().isPresent()) {
                        step = step.paced(before.step()).in(before.step().group().get().value());
                        places = before.places();
                    } else {
                        step = step.in("g" + named.size());
                    }
                }
                case MANUAL -> {
                    named.add(Sheets.manual("s" + named.size()));
                    continue;
                }
            }
            var skip = places.isEmpty() ? Optional.of("off") : one.assignment().skip();
            named.add(new StepAssignment(step.planned(), places, skip));
        }
        return named;
    }

    private static Arbitrary<StepAssignment> assignments() {
        var steps =
                Combinators.combine(
                                Arbitraries.of(Condition.class),
                                Arbitraries.integers().between(0, 2),
                                Arbitraries.of(0, 10),
                                Arbitraries.integers().between(0, 3),
                                Arbitraries.of(true, false),
                                Arbitraries.of(UnavailableTargets.class))
                        .as(
                                (condition, retries, backoff, width, rolling, unavailable) -> {
                                    var step = Sheets.step("s").on(condition);
                                    step =
                                            step.retrying(retries, Duration.ofSeconds(backoff))
                                                    .unavailable(unavailable);
                                    return rolling ? step.rolling(width) : step.parallel(width);
                                });
        return Combinators.combine(
                        steps,
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.of(0, 0, 0, 0, 1))
                .as(
                        (step, places, gone, skip) -> {
                            if (skip == 1) {
                                return new StepAssignment(
                                        step.planned(), places(places, gone), Optional.of("off"));
                            }
                            return step.at(places(places, gone));
                        });
    }

    private static List<Place> places(int count, int gone) {
        var places = new ArrayList<Place>();
        for (int i = 0; i < count; i++) {
            places.add(i == gone ? Sheets.gone("t" + i, "gone") : Sheets.target("t" + i));
        }
        return places;
    }
}
