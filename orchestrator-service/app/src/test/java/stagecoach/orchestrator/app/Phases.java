package stagecoach.orchestrator.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.TestEvents;

/** Step-runner and package-service, played: they hear of phases and say how they ended. */
public final class Phases implements AutoCloseable {
    private final TestEvents.Subscription deployments = TestEvents.consume(Channels.DEPLOYMENTS);

    /** All events of a deployment, once there are so many phases. */
    public PhaseStarted awaitPhase(String deployment, int run) {
        return await(deployment, PhaseStarted.class, started -> started.run().value() == run);
    }

    /** The end of a deployment's attempt, counted from 1. */
    public DeploymentEnded awaitEnd(String deployment, int attempt) {
        var events =
                events(
                        deployment,
                        seen ->
                                seen.stream().filter(DeploymentEnded.class::isInstance).count()
                                        >= attempt);
        return events.stream()
                .filter(DeploymentEnded.class::isInstance)
                .map(DeploymentEnded.class::cast)
                .skip(attempt - 1)
                .findFirst()
                .orElseThrow();
    }

    /** The first event of a kind that fits. */
    public <E extends DeploymentEvent> E await(
            String deployment, Class<E> kind, Function<E, Boolean> fits) {
        var events =
                events(
                        deployment,
                        seen ->
                                seen.stream()
                                        .anyMatch(
                                                event ->
                                                        kind.isInstance(event)
                                                                && fits.apply(kind.cast(event))));
        return events.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(fits::apply)
                .findFirst()
                .orElseThrow();
    }

    /** The events of a deployment, as soon as {@code enough} says so. */
    public List<DeploymentEvent> events(
            String deployment, Function<List<DeploymentEvent>, Boolean> enough) {
        return events(
                deployments.until(
                        StreamId.of("deployment", deployment), seen -> enough.apply(events(seen))));
    }

    private static List<DeploymentEvent> events(List<TestEvents.Seen> seen) {
        return seen.stream().map(each -> each.event(DeploymentEvent.class)).toList();
    }

    /** The run did all it was given. */
    public static void succeeds(PhaseStarted phase) {
        end(phase, RunOutcome.SUCCEEDED, pair -> result(pair, StepState.SUCCEEDED, ""));
    }

    /** The run ended because it was cancelled. */
    public static void endsCancelled(PhaseStarted phase) {
        end(phase, RunOutcome.CANCELLED, pair -> result(pair, StepState.CANCELLED, "cancelled"));
    }

    /** The run has come to a step that a person decides; what lies behind it has not begun. */
    public static void reaches(PhaseStarted phase, String step) {
        end(
                phase,
                RunOutcome.INTERVENTION_REACHED,
                pair ->
                        pair.step().value().equals(step)
                                ? result(pair, StepState.RUNNING, "")
                                : result(pair, StepState.PENDING, "a person is asked first"));
    }

    /** The run failed at one pair, by its step and target. */
    public static void failsAt(PhaseStarted phase, String step, String target, String reason) {
        end(
                phase,
                RunOutcome.FAILED,
                pair ->
                        pair.step().value().equals(step)
                                        && pair.target()
                                                .map(Object::toString)
                                                .orElse("")
                                                .equals(target)
                                ? result(pair, StepState.FAILED, reason)
                                : result(pair, StepState.SUCCEEDED, ""));
    }

    private static void end(
            PhaseStarted phase, RunOutcome outcome, Function<Pair, PairResult> resultOf) {
        switch (phase.work()) {
            case PhaseWork.Steps(var assignments) -> {
                var results = new ArrayList<PairResult>();
                for (var assignment : assignments) {
                    for (var place : assignment.places()) {
                        results.add(
                                resultOf.apply(new Pair(assignment.step().name(), place.target())));
                    }
                }
                TestEvents.publish(
                        Channels.STEPS,
                        StreamId.of("steprun", phase.deployment() + "-" + phase.run()),
                        1,
                        new StepRunEnded(outcome, Optional.empty(), results),
                        placeOf(phase));
            }
            case PhaseWork.Acquire(var needs, var _) -> {
                var missing = new ArrayList<MissingPackage>();
                if (outcome == RunOutcome.FAILED) {
                    var need = needs.getFirst();
                    missing.add(
                            new MissingPackage(
                                    need.pinned().pin(),
                                    need.targets().getFirst().target(),
                                    "no cache could be reached"));
                }
                TestEvents.publish(
                        Channels.ACQUISITIONS,
                        StreamId.of("acquisition", phase.deployment() + "-" + phase.run()),
                        1,
                        new AcquisitionEnded(outcome, Optional.empty(), missing),
                        placeOf(phase));
            }
        }
    }

    private static PairResult result(Pair pair, StepState state, String reason) {
        return new PairResult(
                pair,
                Optional.empty(),
                state,
                Optional.of(reason).filter(text -> !text.isEmpty()),
                false);
    }

    private static EventAttributes placeOf(PhaseStarted phase) {
        return EventAttributes.of(
                phase.deployment(), phase.project(), phase.environment(), phase.run());
    }

    @Override
    public void close() {
        deployments.close();
    }
}
