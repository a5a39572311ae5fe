package stagecoach.steprunner.run;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.run.StepState;
import stagecoach.steprunner.run.PlaceStage.AtWork;
import stagecoach.steprunner.run.PlaceStage.BackingOff;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.PlaceStage.Waiting;

/**
 * A step of a run with all its places.
 *
 * @param places where it runs, in the order of the assignment
 * @param leftOut why it runs nowhere, once that is decided; only for a step without places
 */
public record StepProgress(StepAssignment assignment, Places places, Optional<String> leftOut) {

    /** One place and how the step stands there. */
    public record AtPlace(Place place, PlaceStage stage) {}

    static StepProgress of(StepAssignment assignment) {
        return new StepProgress(
                assignment, Places.of(assignment.step(), assignment.places()), Optional.empty());
    }

    /** The pair of a step at a place. */
    public static Pair pairOf(PlannedStep step, Place place) {
        return new Pair(step.name(), place.target());
    }

    /**
     * Where a pair of the step runs.
     *
     * @throws IllegalStateException if it is no pair of this step
     */
    public Place placeOf(Pair pair) {
        var at = places.get(pair);
        if (at == null) {
            throw new IllegalStateException(pair + " is no part of this run");
        }
        return at.place();
    }

    /** The step. */
    public PlannedStep step() {
        return assignment.step();
    }

    /** Whether nothing more happens. */
    boolean ended() {
        return leftOut.isPresent() || (!places.isEmpty() && places.ended() == places.size());
    }

    /** Whether it has failed at one of its places. */
    boolean failed() {
        return places.failed() > 0;
    }

    Optional<PairResult> firstFailure() {
        return failed()
                ? results().stream().filter(StepProgress::isFailure).findFirst()
                : Optional.empty();
    }

    static boolean isFailure(PairResult result) {
        return result.state() == StepState.FAILED || result.state() == StepState.UNKNOWN;
    }

    List<PairResult> results() {
        return places.values().stream()
                .map(AtPlace::stage)
                .filter(Ended.class::isInstance)
                .map(stage -> ((Ended) stage).result())
                .toList();
    }

    /** How it stands at each of its places. */
    Map<Pair, StepState> states() {
        var states = new LinkedHashMap<Pair, StepState>();
        places.forEach((pair, at) -> states.put(pair, stateOf(at.stage())));
        if (leftOut.isPresent()) {
            states.put(new Pair(step().name(), Optional.empty()), StepState.SKIPPED);
        }
        return states;
    }

    /** How it stands at one place; empty if it has nothing to do with it. */
    Optional<StepState> stateAt(Pair pair) {
        var at = places.get(pair);
        if (at != null) {
            return Optional.of(stateOf(at.stage()));
        }
        return leftOut.filter(_ -> pair.target().isEmpty()).map(_ -> StepState.SKIPPED);
    }

    /** All the ways in which it stands anywhere. */
    Set<StepState> statesAnywhere() {
        var states = EnumSet.noneOf(StepState.class);
        if (leftOut.isPresent()) {
            states.add(StepState.SKIPPED);
        }
        if (places.waiting() == places.size()) {
            if (!places.isEmpty()) {
                states.add(StepState.PENDING);
            }
            return states;
        }
        places.values().forEach(at -> states.add(stateOf(at.stage())));
        return states;
    }

    private static StepState stateOf(PlaceStage stage) {
        return switch (stage) {
            case Waiting _ -> StepState.PENDING;
            case AtWork _, BackingOff _ -> StepState.RUNNING;
            case Ended ended -> ended.result().state();
        };
    }

    /** The places where nothing has happened yet. */
    List<Map.Entry<Pair, AtPlace>> waiting() {
        return places.waiting() == 0
                ? List.of()
                : places.entrySet().stream()
                        .filter(entry -> entry.getValue().stage() instanceof Waiting)
                        .toList();
    }

    /** How many places are at work, those that wait for another try included. */
    int busy() {
        return places.busy();
    }

    StepProgress with(Pair pair, PlaceStage stage) {
        return new StepProgress(assignment, places.with(pair, stage), leftOut);
    }

    StepProgress leftOutEverywhere(String reason) {
        return new StepProgress(assignment, places, Optional.of(reason));
    }
}
