package stagecoach.orchestrator.app.deployment;

import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.decider.Recorded;
import stagecoach.orchestrator.app.deployment.queue.Pauses;
import stagecoach.orchestrator.app.deployment.queue.TaskLimit;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.sql.SqlRow;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/**
 * Hands out slots: one deployment per project and environment at a time, and so many over all, in
 * the order in which they were asked for, under the lock of one row. A slot is freed in the
 * transaction that ends a deployment; whoever is next starts afterwards, in a transaction of his
 * own, so that one who cannot start is in nobody's way. Who waits for a person keeps project and
 * environment, but is not one of the many; with the answer it is again, even if there are too many
 * then: others wait until there are not.
 */
@ApplicationScoped
class Admission {
    /** How long one who could not even be ended is left alone. */
    private static final Duration ASIDE = Duration.ofMinutes(5);

    private static final String FIRST_IN_LINE =
            """
            SELECT d.id, d.project, d.environment FROM deployment d
            WHERE d.state = 'QUEUED' AND d.due_at IS NULL
                AND (d.start_again_at IS NULL OR d.start_again_at <= ?1)
                AND NOT EXISTS (
                    SELECT 1 FROM admission a
                    WHERE a.project = d.project AND a.environment = d.environment)
                AND\s"""
                    + Pauses.HOLDS_NOT
                    + " ORDER BY d.queue_number LIMIT 1";

    private final UnitOfWork unitOfWork;
    private final CommandHandler commands;
    private final Observations observations;
    private final DeploymentSettings settings;
    private final Clock clock;

    Admission(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            Observations observations,
            DeploymentSettings settings,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.observations = observations;
        this.settings = settings;
        this.clock = clock;
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
        // Who waited before was started by one who goes on looking for the next.
        if (!waits(before) && (frees || waits(after))) {
            var cause = Optional.of(last.stream() + "/" + last.version());
            unitOfWork.afterCommit(tx, () -> admit(kind, cause));
        }
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

    /**
     * Starts whoever may start now, each in a transaction of its own. One that cannot be started
     * ends with that reason, and the next in line is tried.
     *
     * @param cause the event that made room, if one did
     */
    void admit(DeploymentKind kind, Optional<String> cause) {
        boolean more = true;
        while (more) {
            more = admitNext(kind, cause);
        }
    }

    /** Whether there was somebody to start. */
    private boolean admitNext(DeploymentKind kind, Optional<String> cause) {
        var reached = new AtomicReference<@Nullable DeploymentId>();
        try {
            return unitOfWork.run(tx -> startNext(tx, kind, cause, reached));
        } catch (TemporaryFailure e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            @Nullable DeploymentId failed = reached.get();
            if (failed == null) {
                throw e;
            }
            Log.errorf(e, "A deployment could not be started. deploymentId=%s", failed);
            giveUp(kind, failed, e);
            return true;
        }
    }

    private boolean startNext(
            Tx tx,
            DeploymentKind kind,
            Optional<String> cause,
            AtomicReference<@Nullable DeploymentId> reached) {
        // What a repeat of this transaction has not reached is not to blame.
        reached.set(null);
        Instant now = clock.instant();
        // Mostly nobody waits, and then nobody needs the lock.
        if (firstInLine(tx, now).isEmpty() || !hasRoom(TaskLimit.locked(tx))) {
            return false;
        }
        Optional<SqlRow> next = firstInLine(tx, now);
        next.ifPresent(
                row -> {
                    reached.set(new DeploymentId(row.text(0)));
                    start(tx, kind, row, now, cause);
                });
        return next.isPresent();
    }

    private static Optional<SqlRow> firstInLine(Tx tx, Instant now) {
        return tx.select(FIRST_IN_LINE, now).stream().findFirst();
    }

    /** Ends it; or, where even that is impossible, puts it aside. */
    private void giveUp(DeploymentKind kind, DeploymentId failed, Throwable trouble) {
        String reason =
                "it could not be started, because of a mistake in the orchestrator or damaged data (%s; the orchestrator's log tells more)"
                        .formatted(trouble.getClass().getSimpleName());
        try {
            commands.handle(
                    kind,
                    DeploymentKind.streamOf(failed),
                    new DeploymentCommand.GiveUpStart(reason),
                    Cause.of(clock, Cause.SYSTEM));
        } catch (TemporaryFailure e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            Log.errorf(e, "A deployment cannot be ended either. deploymentId=%s", failed);
        }
        unitOfWork.execute(tx -> putAside(tx, failed, reason));
    }

    /** Whoever is in line even now would be first in line again. */
    private void putAside(Tx tx, DeploymentId failed, String reason) {
        tx.execute(
                """
                UPDATE deployment SET start_trouble = ?2, start_again_at = ?3
                WHERE id = ?1 AND state = 'QUEUED'""",
                failed.value(),
                reason,
                clock.instant().plus(ASIDE));
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
                List.of(
                        new DeploymentCommand.Start(
                                observations.of(tx, environment, at),
                                previous(tx, row.text(1), environment))),
                new Cause(at, Cause.SYSTEM, cause));
    }

    /** The release that is in the environment now, as far as a deployment has told. */
    private static Optional<ReleaseVersion> previous(
            Tx tx, String project, EnvironmentId environment) {
        return tx
                .select(
                        """
                        SELECT release FROM deployment
                        WHERE project = ?1 AND environment = ?2 AND state = 'SUCCEEDED'
                        ORDER BY ended_at DESC, number DESC LIMIT 1""",
                        project,
                        environment.value())
                .stream()
                .findFirst()
                .map(found -> new ReleaseVersion(found.text(0)));
    }

    private boolean hasRoom(TaskLimit limit) {
        return limit.used() < limit.max().orElse(settings.tasksMax());
    }
}
