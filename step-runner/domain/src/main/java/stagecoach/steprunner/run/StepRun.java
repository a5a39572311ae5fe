package stagecoach.steprunner.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.steprunner.run.PlaceStage.AtWork;
import stagecoach.steprunner.run.PlaceStage.BackingOff;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.variables.Output;
import stagecoach.steprunner.variables.SoFar;
import stagecoach.steprunner.variables.States;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Ticket;

/** The state of a run of steps. */
public sealed interface StepRun {
    /** No event yet. */
    record NotStarted() implements StepRun {}

    /** It is over; late reports change nothing. */
    record Over(StepRunStarted sheet, RunOutcome outcome) implements StepRun {}

    /**
     * It is under way.
     *
     * @param cancelling whether nothing new may start
     */
    record Underway(StepRunStarted sheet, List<StepProgress> steps, boolean cancelling)
            implements StepRun {
        /** Copies the steps. */
        public Underway {
            steps = List.copyOf(steps);
        }

        static Underway of(StepRunStarted sheet) {
            return new Underway(
                    sheet, sheet.assignments().stream().map(StepProgress::of).toList(), false);
        }

        /**
         * The steps that are under way together: those of the first batch that has not ended; empty
         * if all have.
         */
        List<StepProgress> current() {
            return steps.stream()
                    .filter(step -> !step.ended())
                    .findFirst()
                    .map(first -> batch(first.step().batch()))
                    .orElse(List.of());
        }

        /** The steps that start together under this number. */
        List<StepProgress> batch(int number) {
            return steps.stream().filter(step -> step.step().batch() == number).toList();
        }

        /** Whether a step has failed anywhere but in the batch of this number. */
        boolean failedOutside(int batch) {
            return steps.stream().anyMatch(step -> step.step().batch() != batch && step.failed());
        }

        /** Whether a person decides now: the run is guided, and something has failed. */
        boolean needsGuidance() {
            return sheet.guided() && steps.stream().anyMatch(StepProgress::failed);
        }

        /** The commands that have not been reported ended. */
        public List<OpenTicket> open() {
            var open = new ArrayList<OpenTicket>();
            for (StepProgress step : steps) {
                if (step.busy() == 0) {
                    continue;
                }
                step.places()
                        .forEach(
                                (pair, at) -> {
                                    if (at.stage() instanceof AtWork work) {
                                        open.add(new OpenTicket(pair, at.place(), work));
                                    }
                                });
            }
            return open;
        }

        /** The command under {@code ticket}, if it is open. */
        public Optional<OpenTicket> open(Ticket ticket) {
            for (StepProgress step : steps) {
                if (step.busy() == 0) {
                    continue;
                }
                for (var entry : step.places().entrySet()) {
                    if (entry.getValue().stage() instanceof AtWork work
                            && work.ticket().equals(ticket)) {
                        return Optional.of(
                                new OpenTicket(entry.getKey(), entry.getValue().place(), work));
                    }
                }
            }
            return Optional.empty();
        }

        /** The places that wait for another try. */
        Map<Pair, BackingOff> backingOff() {
            var waiting = new LinkedHashMap<Pair, BackingOff>();
            for (StepProgress step : steps) {
                if (step.places().backingOff() == 0) {
                    continue;
                }
                step.places()
                        .forEach(
                                (pair, at) -> {
                                    if (at.stage() instanceof BackingOff backingOff) {
                                        waiting.put(pair, backingOff);
                                    }
                                });
            }
            return waiting;
        }

        /** The output variables that this run has set so far. */
        public Map<Pair, PlaceOutputs> outputs() {
            var outputs = new LinkedHashMap<Pair, PlaceOutputs>();
            for (StepProgress step : steps) {
                if (step.places().withOutputs() == 0) {
                    continue;
                }
                step.places()
                        .forEach(
                                (pair, at) -> {
                                    if (at.stage() instanceof Ended ended
                                            && !ended.outputs().isEmpty()) {
                                        outputs.put(pair, ended.outputs());
                                    }
                                });
            }
            return outputs;
        }

        /** What has happened so far, with all outputs of the deployment, for the steps to come. */
        public SoFar soFar(Collection<Output> outputs) {
            return new SoFar(
                    outputs,
                    states(),
                    steps.stream()
                            .flatMap(step -> step.firstFailure().stream())
                            .findFirst()
                            .map(
                                    first ->
                                            new SoFar.Failure(
                                                    first.pair().step(), RunEnd.told(first))));
        }

        /** How its steps stand. */
        States states() {
            var byName = new HashMap<StepName, StepProgress>();
            steps.forEach(step -> byName.put(step.step().name(), step));
            return new Standing(byName);
        }

        /** How the steps of a run stand now. */
        private record Standing(Map<StepName, StepProgress> steps) implements States {
            @Override
            public Optional<StepState> at(Pair pair) {
                return progress(pair.step()).flatMap(step -> step.stateAt(pair));
            }

            @Override
            public Set<StepState> anywhere(StepName step) {
                return progress(step).map(StepProgress::statesAnywhere).orElse(Set.of());
            }

            @Override
            public Map<Pair, StepState> everywhere(StepName step) {
                return progress(step).map(StepProgress::states).orElse(Map.of());
            }

            private Optional<StepProgress> progress(StepName step) {
                return Optional.ofNullable(steps.get(step));
            }
        }

        /** The step of this name. */
        public StepProgress step(StepName name) {
            return steps.stream()
                    .filter(step -> step.step().name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(name + " is no step of this run"));
        }

        /** Where a pair runs. */
        Place place(Pair pair) {
            return step(pair.step()).placeOf(pair);
        }

        PlaceStage stage(Pair pair) {
            var at = step(pair.step()).places().get(pair);
            if (at == null) {
                throw new IllegalStateException(pair + " is no part of this run");
            }
            return at.stage();
        }

        Underway with(StepName name, UnaryOperator<StepProgress> change) {
            var changed = new ArrayList<StepProgress>(steps.size());
            for (StepProgress step : steps) {
                changed.add(step.step().name().equals(name) ? change.apply(step) : step);
            }
            return new Underway(sheet, changed, cancelling);
        }

        Underway with(Pair pair, PlaceStage stage) {
            return with(pair.step(), step -> step.with(pair, stage));
        }
    }

    /** A command that has not been reported ended. */
    record OpenTicket(Pair pair, Place place, AtWork work) {}
}
