package stagecoach.orchestrator.deployment;

import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.deployment.DeploymentEvent.TargetJoined;
import stagecoach.contracts.deployment.DeploymentEvent.TargetMissed;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.vocabulary.process.Phase;

/**
 * How a deployment stands; the transitions are on the states. It only believes: what may happen is
 * decided by {@link DeploymentDecider}.
 */
public sealed interface Deployment {
    /**
     * The state after {@code event}.
     *
     * @throws IllegalStateException if it cannot have happened here: history is damaged
     */
    Deployment after(DeploymentEvent event);

    /** Nobody has asked for it. */
    record Nothing() implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return event instanceof DeploymentQueued asked
                    ? new Queued(asked, Progress.none(), asked.notBefore())
                    : impossible(this, event);
        }
    }

    /**
     * It waits for its slot.
     *
     * @param due when it begins to wait; empty if it does
     */
    record Queued(DeploymentQueued asked, Progress progress, Optional<Instant> due)
            implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case DeploymentDue _ when due.isPresent() ->
                        new Queued(asked, progress, Optional.empty());
                case DeploymentStarted(var _, var previous) when due.isEmpty() ->
                        new Running(
                                asked,
                                progress.begun(previous),
                                Position.before(Phase.PRE_ACQUISITION));
                case DeploymentBudgetChanged(var budget, var _) ->
                        new Queued(asked.within(budget), progress, due);
                case CancelRequested(var by, var deadline) ->
                        new Cancelling(
                                asked,
                                progress,
                                new Position.AfterLastRun(),
                                by,
                                deadline,
                                Cleanup.SKIPPED);
                case DeploymentEnded end -> new Ended(asked, progress, end.state());
                case DeploymentQueued _,
                        DeploymentDue _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        TargetJoined _,
                        TargetMissed _,
                        TargetExcluded _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CleanupSkipped _ ->
                        impossible(this, event);
            };
        }

        /** When it is given up; only the first attempt is. */
        Optional<Instant> expiry() {
            return asked.notAfter().filter(_ -> progress.attempt() == 1);
        }
    }

    /** It has its slot, and is on its way. */
    record Running(DeploymentQueued asked, Progress progress, Position position)
            implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case PhaseStarted started when position instanceof Position.BeforeRun ->
                        under(Position.inRun(started));
                case ArrivalsAwaited awaited when position instanceof Position.BeforeRun before ->
                        new Running(asked, progress, before.waiting(awaited.until()));
                case PhaseEnded end
                        when position instanceof Position.InRun(var run) && isEndOf(run, end) ->
                        onwards(run, end, progress.ended(run, end));
                case InterruptionRaised raised when position instanceof Position.BeforeRun ->
                        new Running(asked, progress, new Position.Paused(raised));
                case InterruptionResolved answer
                        when position instanceof Position.Paused(var raised)
                                && raised.interruption().equals(answer.interruption()) ->
                        new Running(
                                asked, progress.answered(raised, answer), resuming(raised.phase()));
                case TargetJoined _ -> this;
                case TargetExcluded excluded ->
                        new Running(asked, progress.excluding(excluded.target()), position);
                case DeploymentStaged _
                        when position instanceof Position.BeforeRun
                                || position instanceof Position.AfterLastRun ->
                        new Staged(asked, progress);
                case TargetMissed missed ->
                        new Running(asked, progress.missed(missed.target()), position);
                case DeploymentBudgetChanged(var budget, var _) ->
                        new Running(asked.within(budget), progress, position);
                case CancelRequested(var by, var deadline) ->
                        new Cancelling(asked, progress, position, by, deadline, Cleanup.DUE);
                case DeploymentEnded end
                        when !(position instanceof Position.InRun
                                || position instanceof Position.Paused) ->
                        new Ended(asked, progress, end.state());
                case DeploymentQueued _,
                        DeploymentDue _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CleanupSkipped _,
                        DeploymentEnded _ ->
                        impossible(this, event);
            };
        }

        private Running under(Position.InRun position) {
            return new Running(asked, progress.started(position.run()), position);
        }

        /** Whether a person is asked, and nothing runs meanwhile. */
        public boolean isPaused() {
            return position instanceof Position.Paused;
        }

        /** Whether it ends with its packages in place. */
        boolean isStaging() {
            return asked.acquireOnly() && !progress.proceeded();
        }

        /**
         * Behind an acquisition the targets are matched again; behind DEPLOYMENT is the end, unless
         * a person is asked.
         */
        private Running onwards(CurrentRun run, PhaseEnded end, Progress now) {
            return switch (end.outcome()) {
                case NEEDS_GUIDANCE, INTERVENTION_REACHED ->
                        new Running(asked, now, resuming(run.phase()));
                case SUCCEEDED, FAILED, CANCELLED -> onwards(run, now);
            };
        }

        /** Behind an answer: the phase again; for DEPLOYMENT only with all its packages. */
        private static Position resuming(Phase phase) {
            return Position.before(
                    phase == Phase.PRE_ACQUISITION ? Phase.PRE_ACQUISITION : Phase.ACQUISITION);
        }

        private Running onwards(CurrentRun run, Progress now) {
            Position next =
                    switch (run.phase()) {
                        case PRE_ACQUISITION -> Position.before(Phase.ACQUISITION);
                        case ACQUISITION ->
                                switch (run.purpose()) {
                                    case NORMAL -> Position.before(Phase.ACQUISITION);
                                    case CLEANUP -> Position.before(Phase.DEPLOYMENT);
                                };
                        case DEPLOYMENT -> new Position.AfterLastRun();
                    };
            return new Running(asked, now, next);
        }
    }

    /**
     * Someone wants it to end.
     *
     * @param deadline when it ends whatever happens
     */
    record Cancelling(
            DeploymentQueued asked,
            Progress progress,
            Position position,
            String by,
            Instant deadline,
            Cleanup cleanup)
            implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case PhaseStarted started when !(position instanceof Position.InRun) -> {
                    var next = Position.inRun(started);
                    yield new Cancelling(
                            asked, progress.started(next.run()), next, by, deadline, Cleanup.BEGUN);
                }
                case PhaseEnded end
                        when position instanceof Position.InRun(var run) && isEndOf(run, end) ->
                        new Cancelling(
                                asked,
                                progress.ended(run, end),
                                new Position.AfterLastRun(),
                                by,
                                deadline,
                                cleanup);
                case TargetExcluded excluded ->
                        new Cancelling(
                                asked,
                                progress.excluding(excluded.target()),
                                position,
                                by,
                                deadline,
                                cleanup);
                case DeploymentBudgetChanged(var budget, var _) ->
                        new Cancelling(
                                asked.within(budget), progress, position, by, deadline, cleanup);
                case CleanupSkipped _ ->
                        new Cancelling(asked, progress, position, by, deadline, Cleanup.SKIPPED);
                case DeploymentEnded end when !(position instanceof Position.InRun) ->
                        new Ended(asked, progress, end.state());
                case DeploymentQueued _,
                        DeploymentDue _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        TargetJoined _,
                        TargetMissed _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CancelRequested _,
                        DeploymentEnded _ ->
                        impossible(this, event);
            };
        }
    }

    /** All packages are in place, and somebody may ask for more. It has no slot. */
    record Staged(DeploymentQueued asked, Progress progress) implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case DeploymentProceeded(var attempt, var _, var at) ->
                        new Queued(asked, progress.proceeding(attempt), at);
                case DeploymentBudgetChanged(var budget, var _) ->
                        new Staged(asked.within(budget), progress);
                case CancelRequested(var by, var deadline) ->
                        new Cancelling(
                                asked,
                                progress,
                                new Position.AfterLastRun(),
                                by,
                                deadline,
                                Cleanup.SKIPPED);
                case DeploymentQueued _,
                        DeploymentDue _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        TargetJoined _,
                        TargetMissed _,
                        TargetExcluded _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        DeploymentStaged _,
                        DeploymentRetried _,
                        CleanupSkipped _,
                        DeploymentEnded _ ->
                        impossible(this, event);
            };
        }
    }

    /** Nothing more happens by itself. */
    record Ended(DeploymentQueued asked, Progress progress, DeploymentState state)
            implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return event instanceof DeploymentRetried(var attempt, var from, var _)
                    ? new Queued(asked, progress.retrying(attempt, from), Optional.empty())
                    : impossible(this, event);
        }
    }

    /** What becomes of the ALWAYS steps after a cancel. */
    enum Cleanup {
        DUE,
        BEGUN,
        /** There is nothing to clean up, or someone said that it is left out. */
        SKIPPED
    }

    /** Where a deployment that has its slot is. */
    sealed interface Position {
        /** A run is under way. */
        record InRun(CurrentRun run) implements Position {}

        /**
         * No run is under way; the next is to be found, beginning with {@code next}.
         *
         * @param awaited until when it waits for machines, if it does
         */
        record BeforeRun(Phase next, Optional<Instant> awaited) implements Position {
            BeforeRun waiting(Instant until) {
                return new BeforeRun(next, Optional.of(until));
            }
        }

        /** No run is under way, since a person is asked how to go on. */
        record Paused(InterruptionRaised raised) implements Position {}

        /** No run is under way and none comes but a clean-up. */
        record AfterLastRun() implements Position {}

        private static Position before(Phase next) {
            return new BeforeRun(next, Optional.empty());
        }

        private static InRun inRun(PhaseStarted started) {
            return new InRun(
                    new CurrentRun(
                            started.run(), started.phase(), started.purpose(), started.work()));
        }
    }

    private static boolean isEndOf(CurrentRun run, PhaseEnded end) {
        return run.run().equals(end.run());
    }

    private static Deployment impossible(Deployment state, DeploymentEvent event) {
        throw new IllegalStateException(
                "%s cannot have happened to a deployment that was %s"
                        .formatted(
                                event.getClass().getSimpleName(),
                                state.getClass().getSimpleName()));
    }
}
