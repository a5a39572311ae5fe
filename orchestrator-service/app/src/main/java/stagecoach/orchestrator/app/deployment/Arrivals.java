package stagecoach.orchestrator.app.deployment;

import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.MachineWatch;
import stagecoach.orchestrator.app.catalog.row.TargetRow;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.Deployment.Position;
import stagecoach.orchestrator.deployment.Deployment.Running;
import stagecoach.orchestrator.deployment.DeploymentCommand.LookAgain;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * Lets deployments look again when a machine, or what is configured of it, has changed: those that
 * wait for machines, and those in DEPLOYMENT, for which it comes too late.
 */
@ApplicationScoped
class Arrivals implements MachineWatch {
    private static final String CONCERNED =
            """
            SELECT d.id, d.environment FROM deployment d
            WHERE d.state = 'RUNNING' AND (d.awaited_until IS NOT NULL OR EXISTS (
                SELECT 1 FROM deployment_phase p
                WHERE p.deployment = d.id AND p.state = 'RUNNING' AND p.phase = 'DEPLOYMENT'))
                AND (?1 OR d.environment = ANY(CAST(?2 AS text[])))
            ORDER BY d.id""";

    private static final String WAITING =
            """
            SELECT id, environment FROM deployment
            WHERE state = 'RUNNING' AND awaited_until IS NOT NULL ORDER BY id""";

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final DeploymentKind kind;
    private final Observations observations;
    private final Clock clock;

    Arrivals(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            DeploymentKind kind,
            Observations observations,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.kind = kind;
        this.observations = observations;
        this.clock = clock;
    }

    /**
     * Looks now, and once more when the transaction has been committed: it may take a while, and
     * who begins to wait meanwhile neither sees it nor is seen by it.
     */
    @Override
    public void changed(Tx tx, AgentId agent, Cause cause) {
        lookForWaiting(tx, agent, cause);
        unitOfWork.afterCommit(
                tx, () -> unitOfWork.execute(again -> lookForWaiting(again, agent, cause)));
    }

    /**
     * Looks when that is committed, deployment by deployment: what one cannot take is no reason to
     * refuse a configuration.
     */
    @Override
    public void configured(Tx tx, AgentId agent, Set<EnvironmentId> environments, Cause cause) {
        unitOfWork.afterCommit(
                tx,
                () ->
                        lookAgain(
                                unitOfWork.run(looking -> concerned(looking, agent, environments)),
                                cause));
    }

    /**
     * All who wait for machines look again: whoever should have told them of one may have died
     * before he could.
     */
    void lookAtWaiting() {
        lookAgain(
                unitOfWork.run(looking -> looking.select(WAITING)), Cause.of(clock, Cause.SYSTEM));
    }

    /**
     * The deployments, with their environments, that a machine in {@code environments} concerns.
     */
    static List<SqlRow> concerned(Tx tx, AgentId agent, Set<EnvironmentId> environments) {
        return tx.select(
                CONCERNED,
                agent.worker().isPresent(),
                environments.stream().map(EnvironmentId::value).toArray(String[]::new));
    }

    private void lookAgain(List<SqlRow> deployments, Cause cause) {
        var seen = new RecentRosters(clock);
        deployments.forEach(row -> lookAgain(row, seen, cause));
    }

    private void lookAgain(SqlRow row, RecentRosters seen, Cause cause) {
        try {
            unitOfWork.execute(
                    tx ->
                            lookAgain(
                                    tx,
                                    new DeploymentId(row.text(0)),
                                    observed(tx, new EnvironmentId(row.text(1)), seen, cause),
                                    cause));
        } catch (RuntimeException e) {
            // The others can learn all the same.
            Log.errorf(
                    e,
                    "A deployment did not learn that a machine was configured anew; if it waits, it looks again within a minute. deploymentId=%s",
                    row.text(0));
        }
    }

    /** An environment has many deployments, and its machines are not read for each. */
    private Observation observed(
            Tx tx, EnvironmentId environment, RecentRosters seen, Cause cause) {
        Roster roster = seen.of(environment, where -> observations.roster(tx, where));
        return observations.of(tx, roster, cause.at());
    }

    private void lookForWaiting(Tx tx, AgentId agent, Cause cause) {
        var seen = new RecentRosters(clock);
        for (var row : concerned(tx, agent, environmentsOf(tx, agent))) {
            var observation = observed(tx, new EnvironmentId(row.text(1)), seen, cause);
            if (isThere(agent, observation)) {
                lookAgain(tx, new DeploymentId(row.text(0)), observation, cause);
            }
        }
    }

    private static Set<EnvironmentId> environmentsOf(Tx tx, AgentId agent) {
        return agent.target()
                .flatMap(target -> tx.find(TargetRow.class, target.value()))
                .map(row -> Set.copyOf(CatalogStore.listOf(row.environments, EnvironmentId::new)))
                .orElse(Set.of());
    }

    /** Who has left is met by the run itself; only who is there can have come. */
    private static boolean isThere(AgentId agent, Observation observation) {
        var roster = observation.roster();
        return roster.targets().stream()
                        .anyMatch(
                                target ->
                                        AgentId.of(target.id()).equals(agent)
                                                && target.health().unavailable().isEmpty())
                || roster.workers().stream()
                        .anyMatch(
                                worker ->
                                        AgentId.of(worker.id()).equals(agent)
                                                && worker.health().unavailable().isEmpty());
    }

    /**
     * A machine may have come while the decision to wait for it was on its way into the table,
     * where its report looked for who waits: so whoever has begun to wait looks once more.
     */
    void follow(Tx tx, Deployment before, Deployment after) {
        if (after instanceof Running running && isWaiting(running) && !after.equals(before)) {
            var asked = running.asked();
            unitOfWork.afterCommit(
                    tx,
                    () ->
                            unitOfWork.execute(
                                    again -> {
                                        var cause = Cause.of(clock, Cause.SYSTEM);
                                        lookAgain(
                                                again,
                                                asked.deployment(),
                                                observations.of(
                                                        again, asked.environment(), cause.at()),
                                                cause);
                                    }));
        }
    }

    private static boolean isWaiting(Running running) {
        return running.position() instanceof Position.BeforeRun(var _, var awaited)
                && awaited.isPresent();
    }

    private void lookAgain(Tx tx, DeploymentId deployment, Observation observation, Cause cause) {
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(deployment),
                List.of(new LookAgain(observation)),
                cause);
    }
}
