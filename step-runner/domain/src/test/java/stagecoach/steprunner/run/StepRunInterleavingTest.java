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
import java.util.stream.Collectors;
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
        var start = new StartRun(sheet, unready(sheet, random));
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
                ticket, fates.computeIfAbsent(ticket, _ -> anyResult(random)), Sheets.NOON);
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
                    var atWork = busy.computeIfAbsent(started.pair().step(), _ -> new HashSet<>());
                    atWork.add(started.pair());
                    var step = assignment(sheet, started.pair().step()).step();
                    step.window()
                            .or(step::parallelism)
                            .ifPresent(max -> assertThat(atWork).hasSizeLessThanOrEqualTo(max));
                }
                case StepFinished finished ->
                        busy.computeIfAbsent(finished.pair().step(), _ -> new HashSet<>())
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
                            assertThat(result.state())
                                    .isNotIn(StepState.PENDING, StepState.RUNNING);
                            if (result.state() != StepState.SUCCEEDED) {
                                assertThat(result.reason()).isPresent();
                            }
                        });
        boolean cancelled = history.stream().anyMatch(StepRunCancelling.class::isInstance);
        boolean failed = end.results().stream().anyMatch(StepProgress::isFailure);
        assertThat(end.outcome())
                .isEqualTo(
                        cancelled
                                ? RunOutcome.CANCELLED
                                : failed ? RunOutcome.FAILED : RunOutcome.SUCCEEDED);
    }

    private static void stepsRunInOrderAndByTheirConditions(
            StepRunStarted sheet, List<StepRunEvent> history) {
        var order = sheet.assignments().stream().map(a -> a.step().name()).toList();
        int latest = 0;
        Set<StepName> failed = new HashSet<>();
        for (StepRunEvent event : history) {
            if (event instanceof StepFinished finished
                    && (finished.state() == StepState.FAILED
                            || finished.state() == StepState.UNKNOWN)) {
                failed.add(finished.pair().step());
            }
            if (event instanceof StepStarted started) {
                var name = started.pair().step();
                int position = order.indexOf(name);
                assertThat(position).isGreaterThanOrEqualTo(latest);
                latest = position;
                var others =
                        failed.stream().filter(s -> !s.equals(name)).collect(Collectors.toSet());
                boolean cleanup = sheet.purpose() == Purpose.CLEANUP;
                switch (assignment(sheet, name).step().condition()) {
                    case SUCCESS -> assertThat(others.isEmpty() && !cleanup).isTrue();
                    case FAILURE -> assertThat(!others.isEmpty() || cleanup).isTrue();
                    case ALWAYS -> {}
                }
            }
        }
    }

    private static StepAssignment assignment(StepRunStarted sheet, StepName name) {
        return sheet.assignments().stream()
                .filter(a -> a.step().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Provide
    Arbitrary<StepRunStarted> sheets() {
        return Combinators.combine(
                        Arbitraries.of(
                                Purpose.NORMAL, Purpose.NORMAL, Purpose.NORMAL, Purpose.CLEANUP),
                        assignments().list().ofMaxSize(4))
                .as(StepRunInterleavingTest::numbered);
    }

    private static StepRunStarted numbered(Purpose purpose, List<StepAssignment> assignments) {
        var named = new ArrayList<StepAssignment>();
        for (StepAssignment assignment : assignments) {
            var renamed = new Step(assignment.step()).named("s" + named.size()).planned();
            named.add(new StepAssignment(renamed, assignment.places(), assignment.skip()));
        }
        return Sheets.sheet(purpose, named);
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
