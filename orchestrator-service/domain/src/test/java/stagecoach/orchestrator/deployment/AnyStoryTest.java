package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.deployment.Deployment.Cancelling;
import stagecoach.orchestrator.deployment.Deployment.Ended;
import stagecoach.orchestrator.deployment.Deployment.Position;
import stagecoach.orchestrator.deployment.Deployment.Queued;
import stagecoach.orchestrator.deployment.Deployment.Running;
import stagecoach.orchestrator.deployment.Deployment.Staged;
import stagecoach.orchestrator.deployment.DeploymentCommand.BeginWithoutThem;
import stagecoach.orchestrator.deployment.DeploymentCommand.Cancel;
import stagecoach.orchestrator.deployment.DeploymentCommand.ChangeBudget;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndNow;
import stagecoach.orchestrator.deployment.DeploymentCommand.EndPhase;
import stagecoach.orchestrator.deployment.DeploymentCommand.Expire;
import stagecoach.orchestrator.deployment.DeploymentCommand.FallDue;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.orchestrator.deployment.DeploymentCommand.Queue;
import stagecoach.orchestrator.deployment.DeploymentCommand.Resolve;
import stagecoach.orchestrator.deployment.DeploymentCommand.Retry;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.vocabulary.identity.InterruptionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;

/** Whatever is asked and reported, in whatever order: what always holds of a deployment. */
class AnyStoryTest {
    private static final Instant NOW = Instant.parse("2026-11-24T06:00:00Z");
    private static final Instant LATER = Instant.parse("2026-11-24T06:00:20Z");
    private static final Duration WAIT = Duration.between(NOW, LATER);
    private static final Instant DEADLINE = Instant.parse("2026-11-24T06:06:00Z");

    private final DeploymentDecider decider = new DeploymentDecider();

    /** What happens next, before it is known which run is current. */
    private record Beat(
            Kind kind,
            RunOutcome outcome,
            List<StepState> states,
            int choice,
            Observation observation) {
        enum Kind {
            START,
            END_CURRENT,
            END_OLDER,
            LOOK,
            BEGIN,
            CANCEL,
            CANCEL_ALL,
            END_NOW,
            RETRY_FAILED,
            RETRY_START,
            ANSWER,
            PROCEED,
            CHANGE_BUDGET,
            FALL_DUE,
            EXPIRE
        }
    }

    @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
    void every_prefix_replays_to_the_same_state_and_at_most_one_run_is_current(
            @ForAll("processes") DeploymentQueued asked, @ForAll("beats") List<Beat> beats) {
        var history = new ArrayList<DeploymentEvent>();
        Deployment state = play(decider.initial(), new Queue(asked), history);
        for (Beat beat : beats) {
            state = play(state, commandOf(beat, history), history);
            assertThat(decider.fold(decider.initial(), history)).isEqualTo(state);
        }
        StoryLaws.oneRunAtATime(history);
        StoryLaws.nothingStartsWithoutItsPackages(history);
        StoryLaws.nothingRunsWhileAPersonIsAsked(history);
        StoryLaws.nothingRunsOnWhatWasExcluded(history);
        assertEnds(state, history);
    }

    private Deployment play(
            Deployment state, DeploymentCommand command, List<DeploymentEvent> history) {
        List<DeploymentEvent> events;
        try {
            events = decider.decide(state, command);
        } catch (Rejection refused) {
            return state;
        }
        history.addAll(events);
        return decider.fold(state, events);
    }

    /** From wherever it is, the reports that always come lead to the end. */
    private void assertEnds(Deployment from, List<DeploymentEvent> history) {
        Deployment state = from;
        var observation = new Observation(Roster.EMPTY, NOW, Duration.ZERO);
        for (int i = 0; i < 20 && !(state instanceof Ended); i++) {
            state =
                    play(
                            state,
                            switch (state) {
                                case Queued queued ->
                                        queued.due()
                                                .<DeploymentCommand>map(FallDue::new)
                                                .orElseGet(
                                                        () ->
                                                                new Start(
                                                                        observation,
                                                                        Optional.empty()));
                                case Running(var _, var _, Position.Paused(var raised)) ->
                                        answer(raised.interruption(), Choice.ABORT, observation);
                                case Staged _ -> new Cancel("ada", DEADLINE, false, observation);
                                case Running(
                                                var _,
                                                var _,
                                                Position.BeforeRun(var _, var awaited)) ->
                                        new BeginWithoutThem(awaited.orElseThrow(), observation);
                                case Running running ->
                                        endOf(running.position(), RunOutcome.SUCCEEDED);
                                case Cancelling cancelling ->
                                        i % 2 == 0
                                                ? endOf(cancelling.position(), RunOutcome.CANCELLED)
                                                : new EndNow(cancelling.deadline());
                                case Deployment.Nothing _, Ended _ ->
                                        throw new IllegalStateException();
                            },
                            history);
        }
        assertThat(state).isInstanceOf(Ended.class);
        assertThat(decider.timersOf(state)).isEmpty();
    }

    private static EndPhase endOf(Position position, RunOutcome outcome) {
        return new EndPhase(
                ((Position.InRun) position).run().run(),
                outcome,
                Optional.empty(),
                List.of(),
                List.of(),
                new Observation(Roster.EMPTY, NOW, Duration.ZERO));
    }

    private static DeploymentCommand commandOf(Beat beat, List<DeploymentEvent> history) {
        return switch (beat.kind) {
            case START -> new Start(beat.observation, Optional.empty());
            case END_CURRENT -> endCurrent(beat, history);
            case END_OLDER ->
                    new EndPhase(
                            new Run(1 + beat.states.size()),
                            beat.outcome,
                            Optional.empty(),
                            List.of(),
                            List.of(),
                            beat.observation);
            case LOOK -> new LookAgain(beat.observation);
            case BEGIN -> new BeginWithoutThem(LATER, beat.observation);
            case CANCEL -> new Cancel("ada", DEADLINE, false, beat.observation);
            case CANCEL_ALL -> new Cancel("ada", DEADLINE, true, beat.observation);
            case END_NOW -> new EndNow(DEADLINE);
            case RETRY_FAILED -> new Retry(RetryFrom.FAILED, "ada");
            case RETRY_START -> new Retry(RetryFrom.START, "ada");
            case ANSWER -> answer(beat, history);
            case PROCEED -> new Proceed("ada", Optional.empty());
            case CHANGE_BUDGET ->
                    new ChangeBudget(
                            new TransferBudget(
                                    Optional.empty(), Optional.of(1 + beat.states.size())),
                            "ada");
            case FALL_DUE -> new FallDue(LATER);
            case EXPIRE -> new Expire(DEADLINE);
        };
    }

    /** One of the choices of the newest question, after a short pause or a long one. */
    private static Resolve answer(Beat beat, List<DeploymentEvent> history) {
        var questions =
                history.stream()
                        .filter(InterruptionRaised.class::isInstance)
                        .map(InterruptionRaised.class::cast)
                        .toList();
        if (questions.isEmpty()) {
            return answer(new InterruptionId("none"), Choice.RETRY, beat.observation);
        }
        var newest = questions.getLast();
        int which = beat.choice % newest.choices().size();
        var later =
                new Observation(
                        beat.observation.roster(),
                        NOW.plus(WAIT.multipliedBy(beat.states.size())),
                        beat.observation.patience());
        return answer(newest.interruption(), newest.choices().get(which), later);
    }

    private static Resolve answer(InterruptionId question, Choice choice, Observation observation) {
        return new Resolve(
                question,
                choice,
                "ada",
                Set.of("DEPLOY"),
                Optional.empty(),
                WAIT.multipliedBy(2),
                observation);
    }

    /** The newest run ends, its pairs in the states that the beat says, over and over. */
    private static EndPhase endCurrent(Beat beat, List<DeploymentEvent> history) {
        var started =
                history.stream()
                        .filter(PhaseStarted.class::isInstance)
                        .map(PhaseStarted.class::cast)
                        .toList();
        if (started.isEmpty()) {
            return new EndPhase(
                    new Run(1),
                    beat.outcome,
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    beat.observation);
        }
        var newest = started.getLast();
        var run = new CurrentRun(newest.run(), newest.phase(), newest.purpose(), newest.work());
        var results = new ArrayList<PairResult>();
        run.pairs()
                .forEach(
                        pair -> {
                            var state = beat.states.get(results.size() % beat.states.size());
                            results.add(
                                    new PairResult(
                                            pair,
                                            Optional.empty(),
                                            state,
                                            Optional.of("because"),
                                            state == StepState.UNKNOWN));
                        });
        var missing = new ArrayList<MissingPackage>();
        if (newest.work() instanceof PhaseWork.Acquire(var needs, var _)
                && beat.outcome == RunOutcome.FAILED) {
            var need = needs.getFirst();
            missing.add(
                    new MissingPackage(
                            need.pinned().pin(), need.targets().getFirst().target(), "lost"));
        }
        return new EndPhase(
                newest.run(), beat.outcome, Optional.empty(), results, missing, beat.observation);
    }

    @Provide
    Arbitrary<List<Beat>> beats() {
        var kinds =
                Arbitraries.frequency(
                        Tuple.of(3, Beat.Kind.START),
                        Tuple.of(12, Beat.Kind.END_CURRENT),
                        Tuple.of(1, Beat.Kind.END_OLDER),
                        Tuple.of(3, Beat.Kind.LOOK),
                        Tuple.of(3, Beat.Kind.BEGIN),
                        Tuple.of(1, Beat.Kind.CANCEL),
                        Tuple.of(1, Beat.Kind.END_NOW),
                        Tuple.of(2, Beat.Kind.RETRY_FAILED),
                        Tuple.of(1, Beat.Kind.RETRY_START),
                        Tuple.of(5, Beat.Kind.ANSWER),
                        Tuple.of(2, Beat.Kind.PROCEED),
                        Tuple.of(1, Beat.Kind.CHANGE_BUDGET),
                        Tuple.of(2, Beat.Kind.FALL_DUE),
                        Tuple.of(1, Beat.Kind.EXPIRE));
        var outcomes =
                Arbitraries.frequency(
                        Tuple.of(5, RunOutcome.SUCCEEDED),
                        Tuple.of(2, RunOutcome.FAILED),
                        Tuple.of(2, RunOutcome.NEEDS_GUIDANCE),
                        Tuple.of(1, RunOutcome.INTERVENTION_REACHED),
                        Tuple.of(1, RunOutcome.CANCELLED));
        var states =
                Arbitraries.of(
                                StepState.SUCCEEDED,
                                StepState.FAILED,
                                StepState.SKIPPED,
                                StepState.CANCELLED,
                                StepState.PENDING,
                                StepState.RUNNING,
                                StepState.UNKNOWN)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(4);
        return Combinators.combine(
                        kinds,
                        outcomes,
                        states,
                        Arbitraries.integers().between(0, 3),
                        observations())
                .as(Beat::new)
                .list()
                .ofMaxSize(40);
    }

    private static Arbitrary<Observation> observations() {
        var healths =
                Arbitraries.of(Health.HEALTHY, Health.HEALTHY, Health.NEVER_SEEN, Shop.gone());
        return Combinators.combine(
                        healths.list().ofMaxSize(4), healths, Arbitraries.of(true, false))
                .as(
                        (targets, worker, patient) -> {
                            var known = new ArrayList<Roster.KnownTarget>();
                            for (Health health : targets) {
                                known.add(Shop.web("web-" + (known.size() + 1), health));
                            }
                            return new Observation(
                                    new Roster(known, List.of(Shop.worker("hq-1", worker))),
                                    NOW,
                                    patient ? WAIT : Duration.ZERO);
                        });
    }

    @Provide
    Arbitrary<DeploymentQueued> processes() {
        var steps =
                Combinators.combine(
                                Arbitraries.of(Condition.class),
                                Arbitraries.of(true, false),
                                Arbitraries.of(Shop.SERVER, Shop.CONFIG).optional(0.6),
                                Arbitraries.of(Unavailable.values()))
                        .as(Draft::new)
                        .list()
                        .ofMaxSize(5);
        return Combinators.combine(
                        steps,
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.of(LATER).optional(0.2))
                .as(
                        (drafts, guided, acquireOnly, notBefore) -> {
                            var asked = process(drafts);
                            asked = guided ? Shop.guided(asked) : asked;
                            asked = acquireOnly ? Shop.acquiringOnly(asked) : asked;
                            return Shop.scheduled(asked, notBefore, Optional.of(DEADLINE));
                        });
    }

    private enum Unavailable {
        FAILS,
        IS_SKIPPED,
        IS_AWAITED,
        IS_A_PERSON
    }

    private record Draft(
            Condition condition,
            boolean before,
            Optional<PinnedPackage> pinned,
            Unavailable unavailable) {}

    private static DeploymentQueued process(List<Draft> drafts) {
        return Shop.queued(
                IntStream.range(0, drafts.size())
                        .mapToObj(number -> step("step-" + number, drafts.get(number)))
                        .toArray(PlannedStep[]::new));
    }

    private static PlannedStep step(String name, Draft draft) {
        var phase = draft.before ? Phase.PRE_ACQUISITION : Phase.DEPLOYMENT;
        var step =
                Shop.step(
                        name,
                        phase,
                        draft.before && draft.unavailable == Unavailable.IS_SKIPPED
                                ? Shop.onWorker()
                                : Shop.onWeb(),
                        draft.condition,
                        draft.before ? Optional.empty() : draft.pinned);
        return switch (draft.unavailable) {
            case FAILS -> step;
            case IS_SKIPPED -> step.skippingUnavailable();
            case IS_AWAITED -> Shop.awaiting(step, WAIT);
            case IS_A_PERSON -> Shop.manual(name, phase);
        };
    }
}
