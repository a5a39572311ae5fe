package stagecoach.orchestrator.deployment;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.decider.Decider;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.deployment.Deployment.Cancelling;
import stagecoach.orchestrator.deployment.Deployment.Cleanup;
import stagecoach.orchestrator.deployment.Deployment.Ended;
import stagecoach.orchestrator.deployment.Deployment.Nothing;
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
import stagecoach.orchestrator.deployment.DeploymentCommand.GiveUpStart;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.deployment.DeploymentCommand.Proceed;
import stagecoach.orchestrator.deployment.DeploymentCommand.Queue;
import stagecoach.orchestrator.deployment.DeploymentCommand.Resolve;
import stagecoach.orchestrator.deployment.DeploymentCommand.Retry;
import stagecoach.orchestrator.deployment.DeploymentCommand.Start;
import stagecoach.vocabulary.process.Phase;

/**
 * The rules of a deployment. At most one run is current; what is said about another one changes
 * nothing. Which run follows is {@link NextRun}'s, what people may still ask of it is {@link
 * FollowUps}'; who gets a slot is not decided here.
 */
public final class DeploymentDecider
        implements Decider<Deployment, DeploymentCommand, DeploymentEvent> {
    /** The timer after which a run begins without the machines that were waited for. */
    public static final String ARRIVALS = "arrivals";

    /** The timer at which a cancelled deployment ends whatever happens. */
    public static final String CANCEL_DEADLINE = "cancel-deadline";

    /** The timer at which a scheduled deployment begins to wait for its slot. */
    public static final String NOT_BEFORE = "not-before";

    /** The timer at which a deployment that has not started is given up. */
    public static final String NOT_AFTER = "not-after";

    @Override
    public Deployment initial() {
        return new Nothing();
    }

    @Override
    public Deployment evolve(Deployment state, DeploymentEvent event) {
        return state.after(event);
    }

    @Override
    public Map<String, Instant> timersOf(Deployment state) {
        return switch (state) {
            case Running(var _, var _, Position.BeforeRun(var _, var awaited)) ->
                    awaited.map(until -> Map.of(ARRIVALS, until)).orElse(Map.of());
            case Cancelling cancelling -> Map.of(CANCEL_DEADLINE, cancelling.deadline());
            case Queued queued -> {
                var timers = new HashMap<String, Instant>();
                queued.due().ifPresent(due -> timers.put(NOT_BEFORE, due));
                queued.expiry().ifPresent(expiry -> timers.put(NOT_AFTER, expiry));
                yield Map.copyOf(timers);
            }
            case Running _, Nothing _, Staged _, Ended _ -> Map.of();
        };
    }

    @Override
    public List<DeploymentEvent> decide(Deployment state, DeploymentCommand command) {
        return switch (command) {
            case Queue(var asked) -> state instanceof Nothing ? List.of(asked) : List.of();
            case Start start -> onStart(state, start);
            case GiveUpStart(var attempt, var reason) -> onGiveUpStart(state, attempt, reason);
            case FallDue(var dueAt) -> onFallDue(state, dueAt);
            case Expire(var dueAt) -> onExpire(state, dueAt);
            case EndPhase end -> onEndPhase(state, end);
            case LookAgain(var observation) -> onLookAgain(state, observation);
            case BeginWithoutThem(var dueAt, var observation) ->
                    onBeginWithoutThem(state, dueAt, observation);
            case Cancel cancel -> onCancel(state, cancel);
            case EndNow(var dueAt) -> onEndNow(state, dueAt);
            case Resolve answer -> onResolve(state, answer);
            case Proceed proceed -> FollowUps.proceed(state, proceed);
            case Retry(var from, var by) -> FollowUps.retry(state, from, by);
            case ChangeBudget change -> FollowUps.changeBudget(state, change);
        };
    }

    private static List<DeploymentEvent> onStart(Deployment state, Start start) {
        if (!(state instanceof Queued queued) || queued.due().isPresent()) {
            return List.of();
        }
        // Its timer may come later than it ought to: after an outage, or with another clock.
        if (queued.expiry().filter(last -> !start.observation().at().isBefore(last)).isPresent()) {
            return List.of(expired(queued.expiry().get()));
        }
        var plan = PhasePlan.seen(queued.asked(), queued.progress(), start.observation());
        var tooLarge = plan.whyTooLarge();
        if (tooLarge.isPresent()) {
            return List.of(NextRun.failed(queued.progress(), tooLarge.get()));
        }
        var decision = new Decision(state);
        decision.add(new DeploymentStarted(queued.progress().attempt(), start.previous()));
        return followed(decision, start.observation(), true);
    }

    private static List<DeploymentEvent> onGiveUpStart(
            Deployment state, int attempt, String reason) {
        return state instanceof Queued queued
                        && queued.due().isEmpty()
                        && queued.progress().attempt() == attempt
                ? List.of(NextRun.failed(queued.progress(), reason))
                : List.of();
    }

    private static List<DeploymentEvent> onFallDue(Deployment state, Instant dueAt) {
        return state instanceof Queued queued && isOf(queued.due(), dueAt)
                ? List.of(new DeploymentDue())
                : List.of();
    }

    /** A timer comes back as databases keep it, in microseconds; people may ask for finer times. */
    private static boolean isOf(Optional<Instant> asked, Instant dueAt) {
        return asked.filter(
                        time ->
                                time.truncatedTo(ChronoUnit.MICROS)
                                        .equals(dueAt.truncatedTo(ChronoUnit.MICROS)))
                .isPresent();
    }

    private static List<DeploymentEvent> onExpire(Deployment state, Instant dueAt) {
        return state instanceof Queued queued && isOf(queued.expiry(), dueAt)
                ? List.of(expired(dueAt))
                : List.of();
    }

    private static DeploymentEnded expired(Instant notAfter) {
        return new DeploymentEnded(
                DeploymentState.FAILED,
                Optional.of(
                        "it had not started by %s, when it was to be given up (notAfter); retry it if it is still wanted"
                                .formatted(notAfter)),
                List.of());
    }

    /** A report about a run that is not current: nothing happens. */
    private static List<DeploymentEvent> onEndPhase(Deployment state, EndPhase end) {
        var current = currentRun(state).filter(run -> run.run().equals(end.run()));
        if (current.isEmpty()) {
            return List.of();
        }
        var decision = new Decision(state);
        var ended = ended(state, current.get(), end);
        decision.add(ended);
        Questions.takenOut(end).forEach(decision::add);
        if (decision.state() instanceof Running running) {
            var question = Questions.of(running, current.get(), ended, end);
            if (question.isPresent()) {
                decision.add(question.get());
                return decision.events();
            }
        }
        return followed(decision, end.observation(), true);
    }

    private static PhaseEnded ended(Deployment state, CurrentRun run, EndPhase end) {
        boolean guided = state instanceof Running running && running.asked().guidedFailure();
        var outcome = Questions.answerable(end.outcome(), state, run, guided);
        boolean failed = outcome == RunOutcome.FAILED || outcome == RunOutcome.NEEDS_GUIDANCE;
        return new PhaseEnded(
                run.run(),
                outcome,
                failed ? Optional.of(FailureSentence.of(run, end)) : end.reason(),
                end.results(),
                end.missing());
    }

    private static List<DeploymentEvent> onLookAgain(Deployment state, Observation observation) {
        if (!(state instanceof Running running)) {
            return List.of();
        }
        return switch (running.position()) {
            case Position.BeforeRun(var _, var awaited) when awaited.isPresent() ->
                    beginIfAllAreThere(state, observation);
            case Position.InRun(var run) -> missedBy(running, run, observation);
            case Position.BeforeRun _, Position.Paused _, Position.AfterLastRun() -> List.of();
        };
    }

    /** As long as somebody is missing nothing is said again: the timer stays as it is. */
    private static List<DeploymentEvent> beginIfAllAreThere(
            Deployment state, Observation observation) {
        var decision = new Decision(state);
        var events = followed(decision, observation, true);
        return isWaiting(decision.state()) ? List.of() : events;
    }

    private static boolean isWaiting(Deployment state) {
        return state instanceof Running(var _, var _, Position.BeforeRun _);
    }

    /** During DEPLOYMENT nobody joins any more; before, the next match sees who has come. */
    private static List<DeploymentEvent> missedBy(
            Running running, CurrentRun run, Observation observation) {
        if (run.phase() != Phase.DEPLOYMENT || !run.isNormal() || running.isStaging()) {
            return List.of();
        }
        var taken = CurrentRun.startingAt(run.assignments());
        return PhasePlan.seen(running.asked(), running.progress(), observation)
                .targetsToDeploy()
                .stream()
                .filter(target -> !taken.contains(target))
                .sorted()
                .<DeploymentEvent>map(
                        target -> new TargetMissed(target, "it came when DEPLOYMENT had begun"))
                .toList();
    }

    private static List<DeploymentEvent> onBeginWithoutThem(
            Deployment state, Instant dueAt, Observation observation) {
        return state instanceof Running(var _, var _, Position.BeforeRun(var _, var awaited))
                        && isOf(awaited, dueAt)
                ? followed(new Decision(state), observation, false)
                : List.of();
    }

    private static List<DeploymentEvent> onCancel(Deployment state, Cancel cancel) {
        var decision = new Decision(state);
        switch (state) {
            case Nothing() -> throw FollowUps.unknown();
            case Queued _, Staged _ -> {
                decision.add(new CancelRequested(cancel.by(), cancel.deadline()));
                return followed(decision, cancel.observation(), false);
            }
            case Running running -> {
                decision.add(new CancelRequested(cancel.by(), cancel.deadline()));
                if (cancel.skipCleanup()) {
                    decision.add(new CleanupSkipped(cancel.by()));
                }
                return running.position() instanceof Position.InRun
                        ? decision.events()
                        : followed(decision, cancel.observation(), false);
            }
            case Cancelling cancelling -> {
                if (cancel.skipCleanup() && cancelling.cleanup() != Cleanup.SKIPPED) {
                    decision.add(new CleanupSkipped(cancel.by()));
                }
            }
            case Ended(var _, var _, var how) -> {
                if (how != DeploymentState.CANCELLED) {
                    throw new Rejection(
                            Rejection.Kind.CONFLICT,
                            "deployment-ended",
                            "The deployment has already ended: it is %s. There is nothing to cancel."
                                    .formatted(how));
                }
            }
        }
        return decision.events();
    }

    private static List<DeploymentEvent> onEndNow(Deployment state, Instant dueAt) {
        if (!(state instanceof Cancelling cancelling)
                || !isOf(Optional.of(cancelling.deadline()), dueAt)) {
            return List.of();
        }
        var decision = new Decision(state);
        String addition = "";
        if (cancelling.position() instanceof Position.InRun(var run)) {
            addition =
                    "; nothing was heard of %s (run %s) until the deadline"
                            .formatted(run.phase(), run.run());
            decision.add(givenUp(run));
        }
        if (decision.state() instanceof Cancelling atLast) {
            decision.add(NextRun.cancelled(atLast, addition));
        }
        return decision.events();
    }

    /** Of what the run was given nobody knows the end. */
    private static PhaseEnded givenUp(CurrentRun run) {
        String reason = "no answer until the deadline of the cancel";
        return new PhaseEnded(
                run.run(),
                RunOutcome.CANCELLED,
                Optional.of(reason),
                run.pairs()
                        .map(
                                pair ->
                                        new PairResult(
                                                pair,
                                                run.placeOf(pair).flatMap(place -> place.worker()),
                                                StepState.UNKNOWN,
                                                Optional.of(reason),
                                                true))
                        .toList(),
                List.of());
    }

    private static List<DeploymentEvent> onResolve(Deployment state, Resolve answer) {
        if (!(state instanceof Running(var _, var _, Position.Paused(var raised)))
                || !raised.interruption().equals(answer.interruption())) {
            throw new Rejection(
                    Rejection.Kind.CONFLICT,
                    "interruption-closed",
                    "This interruption is not open any more. Read the deployment to see how it goes on.");
        }
        Questions.check(raised, answer.choice(), answer.roles());
        var paused = Duration.between(raised.raisedAt(), answer.observation().at());
        var decision = new Decision(state);
        var resolved =
                new InterruptionResolved(
                        answer.interruption(),
                        answer.choice(),
                        answer.by(),
                        answer.notes(),
                        paused.compareTo(answer.trust()) > 0);
        decision.add(resolved);
        Questions.excluded(raised, resolved).forEach(decision::add);
        return followed(decision, answer.observation(), true);
    }

    private static List<DeploymentEvent> followed(
            Decision decision, Observation observation, boolean patient) {
        new NextRun(decision, observation, patient).follow();
        return decision.events();
    }

    private static Optional<CurrentRun> currentRun(Deployment state) {
        return switch (state) {
            case Running(var _, var _, Position.InRun(var run)) -> Optional.of(run);
            case Cancelling cancelling
                    when cancelling.position() instanceof Position.InRun(var run) ->
                    Optional.of(run);
            case Running _, Cancelling _, Nothing _, Queued _, Staged _, Ended _ ->
                    Optional.empty();
        };
    }
}
