package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.decider.Recorded;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;

/**
 * Hands out slots: one deployment per project and environment at a time, and so many over all, in
 * the order in which they were asked for. All of it happens in the transaction that asks, or that
 * frees a slot, under the lock of one row.
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
    private final Sights sights;
    private final DeploymentSettings settings;

    Admission(CommandHandler commands, Sights sights, DeploymentSettings settings) {
        this.commands = commands;
        this.sights = sights;
        this.settings = settings;
    }

    /** Does what a deployment's step from {@code before} to {@code after} means for the slots. */
    void follow(
            Tx tx,
            DeploymentKind kind,
            Deployment before,
            Deployment after,
            Recorded<DeploymentEvent> last) {
        boolean mayFree = after instanceof Deployment.Ended || after instanceof Deployment.Staged;
        boolean wants = waits(after) && !waits(before);
        if (mayFree ? free(tx, last.stream().name()) : wants) {
            admit(tx, kind, last);
        }
    }

    /** Whether it wants a slot; a scheduled one does so when its time has come. */
    private static boolean waits(Deployment deployment) {
        return deployment instanceof Deployment.Queued queued && queued.due().isEmpty();
    }

    /** Gives the slot back, unless it never had one. */
    private static boolean free(Tx tx, String deployment) {
        // Not under the lock: who never had a slot must not wait for one who starts him just now.
        int slots = tx.execute("DELETE FROM admission WHERE deployment = ?1", deployment);
        if (slots == 0) {
            return false;
        }
        tx.execute("UPDATE task_counter SET used = used - ?1", slots);
        return true;
    }

    /** Starts whoever may start now; what ends at once frees its slot again on the way. */
    private void admit(Tx tx, DeploymentKind kind, Recorded<DeploymentEvent> cause) {
        while (lock(tx) < settings.tasksMax()) {
            Optional<@Nullable Object[]> next = tx.rows(FIRST_IN_LINE).stream().findFirst();
            if (next.isEmpty()) {
                return;
            }
            start(tx, kind, next.get(), cause);
        }
    }

    private void start(
            Tx tx, DeploymentKind kind, @Nullable Object[] row, Recorded<DeploymentEvent> cause) {
        var deployment = new DeploymentId(text(row[0]));
        var environment = new EnvironmentId(text(row[2]));
        tx.execute(
                """
                INSERT INTO admission (project, environment, deployment, since)
                VALUES (?1, ?2, ?3, ?4)""",
                text(row[1]),
                environment.value(),
                deployment.value(),
                cause.at());
        tx.execute("UPDATE task_counter SET used = used + 1");
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(deployment),
                List.of(new DeploymentCommand.Start(sights.of(tx, environment, cause.at()))),
                new Cause(
                        cause.at(),
                        Cause.SYSTEM,
                        Optional.of(cause.stream() + "/" + cause.version())));
    }

    /** How many slots are taken; nobody else changes that until this transaction has ended. */
    private static int lock(Tx tx) {
        var used = tx.rows("SELECT used FROM task_counter FOR UPDATE").getFirst()[0];
        return (Integer) Objects.requireNonNull(used);
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }
}
