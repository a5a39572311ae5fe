package stagecoach.steprunner.app.run;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.timer.TimerCommands;
import stagecoach.steprunner.run.StepRun;
import stagecoach.steprunner.run.StepRunCommand;
import stagecoach.steprunner.run.StepRunDecider;

/** Lets a step try again when its wait is over. */
@ApplicationScoped
public class RetryTimers implements TimerCommands<StepRun, StepRunCommand, StepRunEvent> {
    private final StepRunKind runs;

    RetryTimers(StepRunKind runs) {
        this.runs = runs;
    }

    @Override
    public AggregateKind<StepRun, StepRunCommand, StepRunEvent> kind() {
        return runs;
    }

    @Override
    public StepRunCommand fired(StreamId stream, String name, Instant dueAt, Instant firedAt) {
        return StepRunDecider.atTimer(name);
    }
}
