package stagecoach.steprunner.app.command;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.cancel.CancelSettings;
import stagecoach.steprunner.app.secrets.Payloads;
import stagecoach.steprunner.app.secrets.Plans;
import stagecoach.steprunner.run.StepCommands;
import stagecoach.steprunner.run.StepRun.Underway;

/** The commands of a run; their payloads are kept sealed in the same transaction. */
@ApplicationScoped
public class SealedCommands {
    private final Plans plans;
    private final Payloads payloads;
    private final Outputs outputs;
    private final StepCommands commands;
    private final Clock clock;

    SealedCommands(
            Plans plans,
            Payloads payloads,
            Outputs outputs,
            CommandSettings settings,
            CancelSettings cancels,
            Clock clock) {
        this.plans = plans;
        this.payloads = payloads;
        this.outputs = outputs;
        this.commands =
                new StepCommands(
                        settings.startWithin(),
                        settings.reachWithin(),
                        new StopBounds(cancels.killAfter(), cancels.abandonAfter()));
        this.clock = clock;
    }

    /** The command of a step that has just started at one place. */
    public AgentCommand starting(Tx tx, Underway run, StepStarted started) {
        var sheet = run.sheet();
        var deployment = sheet.deployment();
        var payload =
                plans.open(tx, sheet.planDigest())
                        .payload(
                                sheet,
                                run.step(started.pair().step()).step(),
                                started.place(),
                                run.soFar(outputs.of(tx, deployment, run.outputs())));
        var digest = payloads.keep(tx, started.ticket(), deployment, payload);
        return commands.starting(run, started, digest, clock.instant());
    }

    /** The commands that end all that is at work. */
    public List<AgentCommand> cancelling(Underway run) {
        return commands.cancelling(run);
    }
}
