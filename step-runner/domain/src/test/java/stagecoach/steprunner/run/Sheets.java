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
                inBatches(assignments),
                Optional.empty());
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
                PlannedStep.of(
                                name,
                                PlannedStep.Kind.SCRIPT,
                                new RunOn.Targets(List.of(new Tag("web"))))
                        .batch(0)
                        .timeout(Duration.ofHours(1))
                        .build());
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
            return new Step(planned.toBuilder().name(name).build());
        }

        Step kind(PlannedStep.Kind kind) {
            return new Step(planned.toBuilder().kind(kind).build());
        }

        Step on(RunOn runOn) {
            return new Step(planned.toBuilder().runOn(runOn).build());
        }

        Step on(Condition condition) {
            return new Step(planned.toBuilder().condition(condition).build());
        }

        Step conditional() {
            return new Step(planned.toBuilder().conditional(true).build());
        }

        Step retrying(int max, Duration backoff) {
            return new Step(planned.toBuilder().retries(new Retries(max, backoff)).build());
        }

        /** 0 means without a window. */
        Step rolling(int width) {
            return new Step(
                    planned.toBuilder().window(Optional.of(width).filter(w -> w > 0)).build());
        }

        /** 0 means all at once. */
        Step parallel(int width) {
            return new Step(
                    planned.toBuilder().parallelism(Optional.of(width).filter(w -> w > 0)).build());
        }

        Step unavailable(UnavailableTargets unavailable) {
            return new Step(planned.toBuilder().unavailable(unavailable).build());
        }

        /** As wide as the other. */
        Step paced(PlannedStep other) {
            return new Step(
                    planned.toBuilder()
                            .window(other.window())
                            .parallelism(other.parallelism())
                            .build());
        }

        /** It starts together with the step before it. */
        Step withPrevious() {
            return inBatch(-1);
        }

        Step inBatch(int batch) {
            return new Step(planned.toBuilder().batch(batch).build());
        }

        Step in(String group) {
            return new Step(planned.toBuilder().group(group).build());
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
