package stagecoach.steprunner.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/** What runs are made of in these tests. */
final class Sheets {
    static final DeploymentId DEPLOYMENT = new DeploymentId("7f3k9qzm");
    static final Run RUN = new Run(3);
    static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private Sheets() {}

    static StepRunStarted sheet(StepAssignment... assignments) {
        return sheet(Purpose.NORMAL, List.of(assignments));
    }

    static StepRunStarted sheet(Purpose purpose, List<StepAssignment> assignments) {
        return sheet(purpose, false, assignments);
    }

    static StepRunStarted guided(StepAssignment... assignments) {
        return sheet(Purpose.NORMAL, true, List.of(assignments));
    }

    static StepRunStarted sheet(Purpose purpose, boolean guided, List<StepAssignment> assignments) {
        return new StepRunStarted(
                DEPLOYMENT,
                new ProjectId("shop"),
                new ReleaseVersion("1.0"),
                new EnvironmentId("production"),
                Digest.of("plan"),
                Phase.DEPLOYMENT,
                RUN,
                1,
                purpose,
                guided,
                inBatches(assignments));
    }

    /** What names no batch has one of its own; the children of a group share one. */
    private static List<StepAssignment> inBatches(List<StepAssignment> assignments) {
        var numbered = new ArrayList<StepAssignment>();
        int batch = 0;
        Optional<StepName> group = Optional.empty();
        for (StepAssignment assignment : assignments) {
            var step = assignment.step();
            boolean nextChild = step.group().isPresent() && step.group().equals(group);
            if (step.batch() == 0 && !nextChild) {
                batch++;
            }
            group = step.group();
            numbered.add(
                    new StepAssignment(
                            new Step(step).inBatch(Math.max(1, batch)).planned(),
                            assignment.places(),
                            assignment.skip()));
        }
        return numbered;
    }

    static Step step(String name) {
        return new Step(
                new PlannedStep(
                        new StepName(name),
                        PlannedStep.Kind.SCRIPT,
                        Phase.DEPLOYMENT,
                        new RunOn.Targets(List.of(new Tag("web"))),
                        0,
                        Optional.empty(),
                        Condition.SUCCESS,
                        false,
                        Optional.of(Duration.ofHours(1)),
                        Retries.NONE,
                        Optional.empty(),
                        Optional.empty(),
                        UnavailableTargets.FAIL,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    /** A step that only a person does. */
    static StepAssignment manual(String name) {
        return new StepAssignment(
                step(name)
                        .kind(PlannedStep.Kind.MANUAL_INTERVENTION)
                        .on(new RunOn.NoMachine())
                        .planned(),
                List.of(Place.NO_MACHINE),
                Optional.empty());
    }

    /** A step in the making. */
    record Step(PlannedStep planned) {
        Step named(String name) {
            return changed(new Change().name(new StepName(name)));
        }

        Step kind(PlannedStep.Kind kind) {
            return changed(new Change().kind(kind));
        }

        Step on(RunOn runOn) {
            return changed(new Change().runOn(runOn));
        }

        Step on(Condition condition) {
            return changed(new Change().condition(condition));
        }

        Step conditional() {
            return changed(new Change().conditional());
        }

        Step retrying(int max, Duration backoff) {
            return changed(new Change().retries(new Retries(max, backoff)));
        }

        Step rolling(int width) {
            return changed(new Change().window(width));
        }

        Step parallel(int width) {
            return changed(new Change().parallelism(width));
        }

        Step unavailable(UnavailableTargets unavailable) {
            return changed(new Change().unavailable(unavailable));
        }

        /** As wide as the other. */
        Step paced(PlannedStep other) {
            return rolling(other.window().orElse(0)).parallel(other.parallelism().orElse(0));
        }

        /** It starts together with the step before it. */
        Step withPrevious() {
            return changed(new Change().batch(-1));
        }

        Step inBatch(int batch) {
            return changed(new Change().batch(batch));
        }

        Step in(String group) {
            return changed(new Change().group(new StepName(group)));
        }

        private Step changed(Change change) {
            return change.applied(planned);
        }

        StepAssignment at(String... targets) {
            return at(Arrays.stream(targets).map(Sheets::target).toList());
        }

        StepAssignment at(Place... places) {
            return at(List.of(places));
        }

        StepAssignment at(List<Place> places) {
            return new StepAssignment(planned(), places, Optional.empty());
        }

        StepAssignment leftOut(String reason) {
            return new StepAssignment(planned(), List.of(), Optional.of(reason));
        }

        StepAssignment onWorker(String worker) {
            return new StepAssignment(
                    on(new RunOn.Worker(new PoolId("hq"))).planned(),
                    List.of(worker(worker)),
                    Optional.empty());
        }
    }

    /** What is different in a copy of a step; what is not said stays. */
    private static final class Change {
        private Optional<StepName> name = Optional.empty();
        private Optional<PlannedStep.Kind> kind = Optional.empty();
        private Optional<RunOn> runOn = Optional.empty();
        private Optional<Integer> batch = Optional.empty();
        private Optional<StepName> group = Optional.empty();
        private Optional<Condition> condition = Optional.empty();
        private boolean conditional;
        private Optional<Retries> retries = Optional.empty();
        private Optional<Integer> window = Optional.empty();
        private Optional<Integer> parallelism = Optional.empty();
        private Optional<UnavailableTargets> unavailable = Optional.empty();

        Change name(StepName value) {
            name = Optional.of(value);
            return this;
        }

        Change kind(PlannedStep.Kind value) {
            kind = Optional.of(value);
            return this;
        }

        Change runOn(RunOn value) {
            runOn = Optional.of(value);
            return this;
        }

        Change batch(int value) {
            batch = Optional.of(value);
            return this;
        }

        Change group(StepName value) {
            group = Optional.of(value);
            return this;
        }

        Change condition(Condition value) {
            condition = Optional.of(value);
            return this;
        }

        Change conditional() {
            conditional = true;
            return this;
        }

        Change retries(Retries value) {
            retries = Optional.of(value);
            return this;
        }

        Change window(int value) {
            window = Optional.of(value);
            return this;
        }

        Change parallelism(int value) {
            parallelism = Optional.of(value);
            return this;
        }

        Change unavailable(UnavailableTargets value) {
            unavailable = Optional.of(value);
            return this;
        }

        Step applied(PlannedStep step) {
            return new Step(
                    new PlannedStep(
                            name.orElse(step.name()),
                            kind.orElse(step.kind()),
                            step.phase(),
                            runOn.orElse(step.runOn()),
                            batch.orElse(step.batch()),
                            group.or(step::group),
                            condition.orElse(step.condition()),
                            conditional || step.conditional(),
                            step.timeout(),
                            retries.orElse(step.retries()),
                            window.or(step::window).filter(width -> width > 0),
                            parallelism.or(step::parallelism).filter(many -> many > 0),
                            unavailable.orElse(step.unavailableTargets()),
                            step.waitFor(),
                            step.mutex(),
                            step.manual(),
                            step.packageToInstall(),
                            step.skip()));
        }
    }

    static Place target(String id) {
        return new Place(
                Optional.of(new TargetId(id)),
                Optional.empty(),
                Optional.empty(),
                List.of(new Tag("web")),
                Optional.empty());
    }

    static Place gone(String id, String reason) {
        return new Place(
                Optional.of(new TargetId(id)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.of(reason));
    }

    static Place worker(String id) {
        return new Place(
                Optional.empty(),
                Optional.of(new WorkerId(id)),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    static Pair pair(String step, String target) {
        return new Pair(new StepName(step), Optional.of(new TargetId(target)));
    }

    static Pair pair(String step) {
        return new Pair(new StepName(step), Optional.empty());
    }

    static Ticket ticket(String step, String where, int tryNumber) {
        return Ticket.of(DEPLOYMENT, RUN, step, where, tryNumber);
    }

    static StepStarted started(String step, String target) {
        return started(step, target, 1);
    }

    static StepStarted started(String step, String target, int tryNumber) {
        return new StepStarted(
                pair(step, target), target(target), ticket(step, target, tryNumber), tryNumber);
    }

    static CommandResult exited(int code) {
        return exited(code, Map.of());
    }

    static CommandResult exited(int code, Map<String, String> outputs) {
        return result(CommandOutcome.EXITED, Optional.of(code), outputs, Optional.empty(), false);
    }

    static CommandResult failed(String lastLine) {
        return result(
                CommandOutcome.EXITED, Optional.of(1), Map.of(), Optional.of(lastLine), false);
    }

    static CommandResult ended(CommandOutcome outcome) {
        return result(
                outcome,
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                outcome == CommandOutcome.ABANDONED);
    }

    private static CommandResult result(
            CommandOutcome outcome,
            Optional<Integer> exitCode,
            Map<String, String> outputs,
            Optional<String> reason,
            boolean mayStillRun) {
        return new CommandResult(outcome, exitCode, outputs, reason, mayStillRun, Optional.empty());
    }
}
