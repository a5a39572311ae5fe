package stagecoach.steprunner.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.StepProgress.AtPlace;
import stagecoach.steprunner.run.StepRun.Underway;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * Whether a step's machine is known to be away when its turn has come: by what was seen when the
 * run was planned, unless this run has heard of the machine since.
 */
final class MachineAway {
    private MachineAway() {}

    /** Whether the step is left out where its machine is away. */
    static boolean isLeftOut(PlannedStep step) {
        return switch (step.unavailableTargets()) {
            case SKIP, EXCLUDE -> true;
            case FAIL, WAIT -> false;
        };
    }

    /** The targets that a health check has taken out, each with what it said. */
    static Map<TargetId, String> takenOut(Underway run) {
        var out = new LinkedHashMap<TargetId, String>();
        for (StepProgress step : run.steps()) {
            if (step.step().kind() == PlannedStep.Kind.HEALTH_CHECK
                    && step.step().unavailableTargets() == UnavailableTargets.EXCLUDE) {
                step.places()
                        .forEach(
                                (pair, at) ->
                                        pair.target()
                                                .filter(_ -> heard(at) instanceof Heard.Missing)
                                                .ifPresent(
                                                        target ->
                                                                out.putIfAbsent(
                                                                        target,
                                                                        step.step()
                                                                                .name()
                                                                                .value())));
            }
        }
        return out;
    }

    /** Why nothing begins at a pair any more, since a health check has taken its target out. */
    static Optional<String> takenOut(Underway run, Pair pair) {
        return pair.target()
                .flatMap(target -> Optional.ofNullable(takenOut(run).get(target)))
                .map(MachineAway::takenOutBy);
    }

    static String takenOutBy(String healthCheck) {
        return "left out, because the health check %s took this target out".formatted(healthCheck);
    }

    /** Why nothing can run there; empty if its machine is to be asked. */
    static Optional<String> at(Underway run, PlannedStep step, Pair pair) {
        Place place = run.place(pair);
        var agent = step.agentAt(place);
        if (agent.isEmpty()) {
            return place.unavailable();
        }
        // That is what such a step is for: to ask.
        if (step.kind() == PlannedStep.Kind.HEALTH_CHECK) {
            return Optional.empty();
        }
        return switch (lastHeard(run, step, place)) {
            case Heard.Nothing() -> place.unavailable();
            // To what was away when packages were brought, none was.
            case Heard.Answer() -> step.needs().isEmpty() ? Optional.empty() : place.unavailable();
            // Only who may be skipped is not asked again: others would fail without need.
            case Heard.Missing(var reason) ->
                    step.unavailableTargets() == UnavailableTargets.SKIP
                            ? Optional.of(reason)
                            : Optional.empty();
        };
    }

    /** What a run has heard of a machine. */
    private sealed interface Heard {
        record Nothing() implements Heard {}

        /** It has done something. */
        record Answer() implements Heard {}

        /** It was skipped because it was away. */
        record Missing(String reason) implements Heard {}
    }

    private static Heard lastHeard(Underway run, PlannedStep step, Place place) {
        Heard last = new Heard.Nothing();
        for (StepProgress other : run.steps()) {
            var there = other.places().get(new Pair(other.step().name(), place.target()));
            if (there != null
                    && !other.step().name().equals(step.name())
                    && other.step().agentAt(there.place()).equals(step.agentAt(place))) {
                last = heard(there, last);
            }
        }
        return last;
    }

    private static Heard heard(AtPlace there) {
        return heard(there, new Heard.Nothing());
    }

    private static Heard heard(AtPlace there, Heard before) {
        if (!(there.stage() instanceof Ended ended) || !ended.begun()) {
            return before;
        }
        return switch (ended.result().state()) {
            case SUCCEEDED -> new Heard.Answer();
            case SKIPPED -> new Heard.Missing(ended.result().reason().orElse("it was away"));
            case PENDING, RUNNING, FAILED, CANCELLED, UNKNOWN -> before;
        };
    }
}
