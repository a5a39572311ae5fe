package stagecoach.orchestrator.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentRetried;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStarted;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseEnded;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentEvent.RetryFrom;
import stagecoach.contracts.deployment.DeploymentEvent.TargetExcluded;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.orchestrator.needs.Held;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.Condition;

/** What always holds of the events of a deployment, whatever led to them. */
final class StoryLaws {
    private StoryLaws() {}

    static void oneRunAtATime(List<DeploymentEvent> history) {
        Run current = null;
        int newest = 0;
        for (DeploymentEvent event : history) {
            if (event instanceof PhaseStarted started) {
                assertThat(current).as("no second run is current").isNull();
                assertThat(started.run().value()).isEqualTo(newest + 1);
                newest = started.run().value();
                current = started.run();
            } else if (event instanceof PhaseEnded ended) {
                assertThat(ended.run()).isEqualTo(current);
                current = null;
            } else if (event instanceof DeploymentEnded) {
                assertThat(current).as("nothing is under way when it ends").isNull();
            }
        }
    }

    /** Invariants 2 and 4, over events alone. */
    static void nothingStartsWithoutItsPackages(List<DeploymentEvent> history) {
        Set<Held> held = new HashSet<>();
        boolean failed = false;
        CurrentRun current = null;
        for (DeploymentEvent event : history) {
            if (event instanceof DeploymentStarted) {
                held.clear();
                failed = false;
            } else if (event instanceof PhaseStarted started) {
                current =
                        new CurrentRun(
                                started.run(), started.phase(), started.purpose(), started.work());
                if (failed) {
                    assertThat(started.purpose()).as("behind a failure").isEqualTo(Purpose.CLEANUP);
                    assertThat(current.assignments())
                            .as("behind a failure")
                            .noneMatch(a -> a.step().condition() == Condition.SUCCESS);
                }
                assertThat(held).containsAll(neededBy(current));
            } else if (event instanceof PhaseEnded end) {
                assertThat(current).isNotNull();
                held.addAll(current.broughtBy(end));
                failed |= end.outcome() == RunOutcome.FAILED;
            } else if (event instanceof InterruptionResolved answer) {
                failed |= answer.choice() == Choice.ABORT;
                if (answer.stale()) {
                    held.clear();
                }
            }
        }
    }

    /** Between a question and its answer, or a cancel, no run begins. */
    static void nothingRunsWhileAPersonIsAsked(List<DeploymentEvent> history) {
        boolean asked = false;
        for (DeploymentEvent event : history) {
            switch (event) {
                case InterruptionRaised _ -> {
                    assertThat(asked).as("one question at a time").isFalse();
                    asked = true;
                }
                case InterruptionResolved _, CancelRequested _ -> asked = false;
                case PhaseStarted _, DeploymentEnded _ ->
                        assertThat(asked).as("a person is asked").isFalse();
                default -> {}
            }
        }
    }

    static void nothingRunsOnWhatWasExcluded(List<DeploymentEvent> history) {
        Set<TargetId> excluded = new HashSet<>();
        for (DeploymentEvent event : history) {
            switch (event) {
                case TargetExcluded(var target, var _) -> excluded.add(target);
                case DeploymentRetried(var _, var from, var _) -> {
                    if (from == RetryFrom.START) {
                        excluded.clear();
                    }
                }
                case PhaseStarted started ->
                        assertThat(
                                        CurrentRun.startingAt(
                                                started.work() instanceof PhaseWork.Steps(var all)
                                                        ? all
                                                        : List.of()))
                                .noneMatch(excluded::contains);
                default -> {}
            }
        }
    }

    /** What must be held where the run may start something. */
    private static List<Held> neededBy(CurrentRun run) {
        var needed = new ArrayList<Held>();
        for (var assignment : run.assignments()) {
            for (var pinned : assignment.step().needs()) {
                for (var place : assignment.places()) {
                    if (place.unavailable().isEmpty()) {
                        needed.add(
                                new Held(
                                        pinned.pin().sha512(),
                                        HolderId.of(
                                                assignment.step().agentAt(place).orElseThrow())));
                    }
                }
            }
        }
        return needed;
    }
}
