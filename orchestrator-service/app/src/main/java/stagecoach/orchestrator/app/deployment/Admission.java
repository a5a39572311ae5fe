package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.decider.Recorded;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * Hands out slots: one deployment per project and environment at a time, and so many over all, in
 * the order in which they were asked for. All of it happens in the transaction that asks, or that
 * frees a slot, under the lock of one row. Who waits for a person keeps project and environment,
 * but is not one of the many; with the answer it is again, even if there are too many then: others
 * wait until there are not.
 */
@ApplicationScoped
class Admission {
    private static final String FIRST_IN_LINE =
            """
            SELECT d.id, d.project, d.environment FROM deployment d
            WHERE d.state = 'QUEUED' AND d.due_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM admission a
                WHERE a.project = d.project AND a.environment = d.environment)
            ORDER BY d.queue_number LIMIT 1""";

    private final CommandHandler commands;
    private final Observations observations;
    private final DeploymentSettings settings;

    Admission(CommandHandler commands, Observations observations, DeploymentSettings settings) {
        this.commands = commands;
        this.observations = observations;
        this.settings = settings;
    }

    /** Does what a deployment's step from {@code before} to {@code after} means for the slots. */
    void follow(
            Tx tx,
            DeploymentKind kind,
            Deployment before,
            Deployment after,
            Recorded<DeploymentEvent> last) {
        boolean frees =
                switch (after) {
                    case Deployment.Ended _, Deployment.Staged _ -> free(tx, last.stream().name());
                    case Deployment.Running running when running.isPaused() ->
                            !isPaused(before) && count(tx, last.stream().name(), false);
                    case Deployment.Running _, Deployment.Cancelling _ -> {
                        if (isPaused(before)) {
                            count(tx, last.stream().name(), true);
                        }
                        yield false;
                    }
                    case Deployment.Nothing _, Deployment.Queued _ -> false;
                };
        if (frees || (waits(after) && !waits(before))) {
            admit(tx, kind, last.at(), Optional.of(last.stream() + "/" + last.version()));
        }
    }

    /** Starts whoever may start now: there may be more room than when somebody last looked. */
    void admit(Tx tx, DeploymentKind kind, Instant at) {
        admit(tx, kind, at, Optional.empty());
    }

    private static boolean isPaused(Deployment deployment) {
        return deployment instanceof Deployment.Running running && running.isPaused();
    }

    /** Whether it wants a slot; a scheduled one does so when its time has come. */
    private static boolean waits(Deployment deployment) {
        return deployment instanceof Deployment.Queued queued && queued.due().isEmpty();
    }

    /** Gives the slot back, unless it never had one. */
    private static boolean free(Tx tx, String deployment) {
        // Not under the lock: who never had a slot must not wait for one who starts him just now.
        List<SqlRow> gone =
                tx.select(
                        "DELETE FROM admission WHERE deployment = ?1 RETURNING paused", deployment);
        if (gone.isEmpty()) {
            return false;
        }
        if (!gone.getFirst().flag(0)) {
            tx.execute("UPDATE task_counter SET used = used - 1");
        }
        return true;
    }

    /** Has it count as one under way, or not; tells whether that changed anything. */
    private static boolean count(Tx tx, String deployment, boolean counts) {
        int changed =
                tx.execute(
                        "UPDATE admission SET paused = ?2 WHERE deployment = ?1 AND paused <> ?2",
                        deployment,
                        !counts);
        if (changed > 0) {
            tx.execute("UPDATE task_counter SET used = used + ?1", counts ? 1 : -1);
        }
        return changed > 0;
    }

    /** Starts whoever may start now; what ends at once frees its slot again on the way. */
    private void admit(Tx tx, DeploymentKind kind, Instant at, Optional<String> cause) {
        while (lock(tx) < settings.tasksMax()) {
            Optional<SqlRow> next = tx.select(FIRST_IN_LINE).stream().findFirst();
            if (next.isEmpty()) {
                return;
            }
            start(tx, kind, next.get(), at, cause);
        }
    }

    private void start(Tx tx, DeploymentKind kind, SqlRow row, Instant at, Optional<String> cause) {
        var deployment = new DeploymentId(row.text(0));
        var environment = new EnvironmentId(row.text(2));
        tx.execute(
                """
                INSERT INTO admission (project, environment, deployment, since)
                VALUES (?1, ?2, ?3, ?4)""",
                row.text(1),
                environment.value(),
                deployment.value(),
                at);
        tx.execute("UPDATE task_counter SET used = used + 1");
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(deployment),
                List.of(new DeploymentCommand.Start(observations.of(tx, environment, at))),
                new Cause(at, Cause.SYSTEM, cause));
    }

    /** How many slots are taken; nobody else changes that until this transaction has ended. */
    private static int lock(Tx tx) {
        return tx.select("SELECT used FROM task_counter FOR UPDATE").getFirst().whole(0);
    }
}
