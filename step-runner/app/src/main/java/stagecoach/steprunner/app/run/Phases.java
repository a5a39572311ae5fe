package stagecoach.steprunner.app.run;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.CleanupSkipped;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentDue;
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
import stagecoach.contracts.run.PhaseWork;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.runtime.inbox.InboxHandler;
import stagecoach.steprunner.app.command.OnlyIfJudge;
import stagecoach.steprunner.app.command.Outputs;
import stagecoach.steprunner.app.secrets.Payloads;
import stagecoach.steprunner.app.secrets.Plans;
import stagecoach.steprunner.run.StepRunCommand;
import stagecoach.steprunner.run.StepRunCommand.Cancel;
import stagecoach.steprunner.run.StepRunCommand.StartRun;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.RunId;

/**
 * Begins a run for each phase that consists of steps, cancels it when the deployment is cancelled,
 * and forgets secrets when the deployment has ended.
 */
@ApplicationScoped
class Phases implements InboxHandler<DeploymentEvent> {
    private final CommandHandler handler;
    private final StepRunKind runs;
    private final Plans plans;
    private final Payloads payloads;
    private final Outputs outputs;
    private final OnlyIfJudge judge;
    private final Clock clock;

    Phases(
            CommandHandler handler,
            StepRunKind runs,
            Plans plans,
            Payloads payloads,
            Outputs outputs,
            OnlyIfJudge judge,
            Clock clock) {
        this.handler = handler;
        this.runs = runs;
        this.plans = plans;
        this.payloads = payloads;
        this.outputs = outputs;
        this.judge = judge;
        this.clock = clock;
    }

    @Override
    public void prepare(List<InboxEvent<DeploymentEvent>> ofOneStream) {
        for (var arrived : ofOneStream) {
            if (arrived.event() instanceof PhaseStarted phase
                    && phase.work() instanceof PhaseWork.Steps) {
                plans.fetch(phase.planDigest());
            }
        }
    }

    @Override
    public void handle(Tx tx, List<InboxEvent<DeploymentEvent>> ofOneStream) {
        var deployment = new DeploymentId(ofOneStream.getFirst().stream().name());
        // A retry may follow the end in the same batch: what it needs must not be thrown away.
        Optional<DeploymentState> over = Optional.empty();
        for (var arrived : ofOneStream) {
            var cause = Cause.byEvent(arrived, clock);
            switch (arrived.event()) {
                case PhaseStarted phase -> {
                    begin(tx, phase, cause);
                    over = Optional.empty();
                }
                case CancelRequested _ -> cancel(tx, deployment, cause);
                case CleanupSkipped _ -> cancel(tx, deployment, cause);
                case DeploymentEnded ended -> {
                    // A run that is still under way has missed the deadline; nothing new may start.
                    cancel(tx, deployment, cause);
                    over = Optional.of(ended.state());
                }
                case DeploymentQueued _ -> {}
                case DeploymentStarted _ -> {}
                case ArrivalsAwaited _ -> {}
                case PhaseEnded _ -> {}
                case TargetJoined _ -> {}
                case TargetMissed _ -> {}
                case DeploymentRetried _ -> {}
                case InterruptionRaised _ -> {}
                case InterruptionResolved _ -> {}
                case TargetExcluded _ -> {}
                case DeploymentStaged _ -> {}
                case DeploymentProceeded _ -> {}
                case DeploymentDue _ -> {}
                case DeploymentBudgetChanged _ -> {}
            }
        }
        over.ifPresent(state -> forget(tx, deployment, state));
    }

    private void begin(Tx tx, PhaseStarted phase, Cause cause) {
        if (!(phase.work() instanceof PhaseWork.Steps steps)) {
            return;
        }
        plans.hold(tx, phase.planDigest(), phase.deployment());
        tx.executeLater(
                "INSERT INTO newest_run (deployment, run) VALUES (?1, ?2) ON CONFLICT (deployment) DO UPDATE SET run = excluded.run",
                phase.deployment().value(),
                phase.run().value());
        var sheet = StartRun.sheetOf(phase, steps);
        var unready = plans.open(tx, phase.planDigest()).unready(sheet);
        decide(
                tx,
                phase.deployment(),
                phase.run(),
                new StartRun(sheet, unready, judge.in(tx)),
                cause);
    }

    private void cancel(Tx tx, DeploymentId deployment, Cause cause) {
        tx.select("SELECT run FROM newest_run WHERE deployment = ?1", deployment.value())
                .forEach(row -> decide(tx, deployment, new Run(row.whole(0)), new Cancel(), cause));
    }

    private void forget(Tx tx, DeploymentId deployment, DeploymentState ended) {
        payloads.forget(tx, deployment);
        plans.release(tx, deployment);
        tx.executeLater("DELETE FROM newest_run WHERE deployment = ?1", deployment.value());
        if (ended == DeploymentState.SUCCEEDED) {
            outputs.forget(tx, deployment);
        }
    }

    private void decide(
            Tx tx, DeploymentId deployment, Run run, StepRunCommand command, Cause cause) {
        handler.handle(
                tx,
                runs,
                StepRunKind.streamOf(new RunId(deployment, run)),
                List.of(command),
                cause);
    }
}
