package stagecoach.orchestrator.deployment;

import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
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
                    ? new Queued(asked, Progress.none())
                    : impossible(this, event);
        }
    }

    /** It waits for its slot. */
    record Queued(DeploymentQueued asked, Progress progress) implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case DeploymentStarted _ ->
                        new Running(asked, progress, Leg.before(Phase.PRE_ACQUISITION));
                case CancelRequested(var by, var deadline) ->
                        new Cancelling(
                                asked, progress, new Leg.Nowhere(), by, deadline, Cleanup.SKIPPED);
                case DeploymentQueued _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        TargetJoined _,
                        TargetMissed _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        TargetExcluded _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CleanupSkipped _,
                        DeploymentEnded _ ->
                        impossible(this, event);
            };
        }
    }

    /** It has its slot, and is on its way. */
    record Running(DeploymentQueued asked, Progress progress, Leg leg) implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case PhaseStarted started when leg instanceof Leg.Before ->
                        under(Leg.under(started));
                case ArrivalsAwaited awaited when leg instanceof Leg.Before before ->
                        new Running(asked, progress, before.waiting(awaited.until()));
                case PhaseEnded end when leg instanceof Leg.Under(var run) && isEndOf(run, end) ->
                        onwards(run, progress.ended(run, end));
                case TargetJoined _ -> this;
                case TargetMissed missed ->
                        new Running(asked, progress.missed(missed.target()), leg);
                case CancelRequested(var by, var deadline) ->
                        new Cancelling(asked, progress, leg, by, deadline, Cleanup.DUE);
                case DeploymentEnded end when !(leg instanceof Leg.Under) ->
                        new Ended(asked, progress, end.state());
                case DeploymentQueued _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        TargetExcluded _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CleanupSkipped _,
                        DeploymentEnded _ ->
                        impossible(this, event);
            };
        }

        private Running under(Leg.Under leg) {
            return new Running(asked, progress.started(leg.run()), leg);
        }

        /** Behind an acquisition the targets are matched again; behind DEPLOYMENT is the end. */
        private Running onwards(CurrentRun run, Progress now) {
            Leg next =
                    switch (run.phase()) {
                        case PRE_ACQUISITION -> Leg.before(Phase.ACQUISITION);
                        case ACQUISITION ->
                                switch (run.purpose()) {
                                    case NORMAL -> Leg.before(Phase.ACQUISITION);
                                    case CLEANUP -> Leg.before(Phase.DEPLOYMENT);
                                };
                        case DEPLOYMENT -> new Leg.Nowhere();
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
            Leg leg,
            String by,
            Instant deadline,
            Cleanup cleanup)
            implements Deployment {
        @Override
        public Deployment after(DeploymentEvent event) {
            return switch (event) {
                case PhaseStarted started when !(leg instanceof Leg.Under) -> {
                    var next = Leg.under(started);
                    yield new Cancelling(
                            asked, progress.started(next.run()), next, by, deadline, Cleanup.BEGUN);
                }
                case PhaseEnded end when leg instanceof Leg.Under(var run) && isEndOf(run, end) ->
                        new Cancelling(
                                asked,
                                progress.ended(run, end),
                                new Leg.Nowhere(),
                                by,
                                deadline,
                                cleanup);
                case CleanupSkipped _ ->
                        new Cancelling(asked, progress, leg, by, deadline, Cleanup.SKIPPED);
                case DeploymentEnded end when !(leg instanceof Leg.Under) ->
                        new Ended(asked, progress, end.state());
                case DeploymentQueued _,
                        DeploymentStarted _,
                        PhaseStarted _,
                        ArrivalsAwaited _,
                        PhaseEnded _,
                        TargetJoined _,
                        TargetMissed _,
                        InterruptionRaised _,
                        InterruptionResolved _,
                        TargetExcluded _,
                        DeploymentStaged _,
                        DeploymentProceeded _,
                        DeploymentRetried _,
                        CancelRequested _,
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
                    ? new Queued(asked, progress.retrying(attempt, from))
                    : impossible(this, event);
        }
    }

    /** What becomes of the ALWAYS steps after a cancel. */
    enum Cleanup {
        DUE,
        BEGUN,
        /** There is nothing to clean up, or someone asked a second time. */
        SKIPPED
    }

    /** Where a deployment that has its slot is. */
    sealed interface Leg {
        /** A run is under way. */
        record Under(CurrentRun run) implements Leg {}

        /**
         * No run is under way; the next is to be found, beginning with {@code next}.
         *
         * @param awaited until when it waits for machines, if it does
         */
        record Before(Phase next, Optional<Instant> awaited) implements Leg {
            Before waiting(Instant until) {
                return new Before(next, Optional.of(until));
            }
        }

        /** No run is under way and none comes but a clean-up. */
        record Nowhere() implements Leg {}

        private static Leg before(Phase next) {
            return new Before(next, Optional.empty());
        }

        private static Under under(PhaseStarted started) {
            return new Under(
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
