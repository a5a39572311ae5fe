package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.orchestrator.deployment.DeploymentDecider;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.timer.TimerCommands;

/** What a deployment's timers become: its schedule, waits for machines, the end of a cancel. */
@ApplicationScoped
class DeploymentTimers implements TimerCommands<Deployment, DeploymentCommand, DeploymentEvent> {
    private final DeploymentKind kind;
    private final CommandHandler commands;
    private final Observations observations;

    DeploymentTimers(DeploymentKind kind, CommandHandler commands, Observations observations) {
        this.kind = kind;
        this.commands = commands;
        this.observations = observations;
    }

    @Override
    public AggregateKind<Deployment, DeploymentCommand, DeploymentEvent> kind() {
        return kind;
    }

    @Override
    public DeploymentCommand fired(
            Tx tx, StreamId stream, String name, Instant dueAt, Instant firedAt) {
        if (name.equals(DeploymentDecider.ARRIVALS)
                && commands.load(tx, kind, stream) instanceof Deployment.Running running) {
            return new DeploymentCommand.BeginWithoutThem(
                    dueAt, observations.of(tx, running.asked().environment(), firedAt));
        }
        return fired(stream, name, dueAt, firedAt);
    }

    /** At another state than Running nobody waits for machines, and the deadline's is harmless. */
    @Override
    public DeploymentCommand fired(StreamId stream, String name, Instant dueAt, Instant firedAt) {
        return switch (name) {
            case DeploymentDecider.NOT_BEFORE -> new DeploymentCommand.FallDue(dueAt);
            case DeploymentDecider.NOT_AFTER -> new DeploymentCommand.Expire(dueAt);
            default -> new DeploymentCommand.EndNow(dueAt);
        };
    }
}
