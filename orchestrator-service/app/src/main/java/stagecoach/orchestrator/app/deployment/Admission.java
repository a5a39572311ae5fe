package stagecoach.orchestrator.app.deployment;

import io.quarkus.logging.Log;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
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
import stagecoach.runtime.store.ConcurrentAppend;
import stagecoach.runtime.store.LostTransaction;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/**
 * Hands out slots: one deployment per project and environment at a time, and so many over all, in
 * the order in which they were asked for, under the lock of one row. A slot is freed in the
 * transaction that ends a deployment; whoever is next starts afterwards, in a transaction of his
 * own, so that one who cannot start is in nobody's way: the process that made room starts one, and
 * its {@link AdmissionThread} all others, so that no request is answered late. Who waits for a
 * person keeps project and environment, but is not one of the many; with the answer it is again,
 * even if there are too many then: others wait until there are not.
 */
@ApplicationScoped
class Admission {
    /** How long one who could not even be ended is left alone. */
    private static final Duration ASIDE = Duration.ofMinutes(5);

    private static final String FIRST_IN_LINE =
            """
            SELECT d.id, d.project, d.environment, d.attempt FROM deployment d
            WHERE d.state = 'QUEUED' AND d.due_at IS NULL
                AND (d.start_again_at IS NULL OR d.start_again_at <= ?1)
                AND d.project || '/' || d.environment <> ALL(CAST(?2 AS text[]))
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
    private final AdmissionThread thread;
    private final Clock clock;

    /** The trouble with each deployment that the log has told of last. */
    private final Logged logged = new Logged();

    Admission(
            UnitOfWork unitOfWork,
            CommandHandler commands,
            Observations observations,
            DeploymentSettings settings,
            AdmissionThread thread,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.commands = commands;
        this.observations = observations;
        this.settings = settings;
        this.thread = thread;
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
            unitOfWork.afterCommit(tx, () -> admitOne(kind, cause));
        }
    }

    /** One place that was made is for one; if there are more, or he cannot start, others look. */
    private void admitOne(DeploymentKind kind, Optional<String> cause) {
        if (admitNext(kind, cause, new HashSet<>())) {
            thread.wake();
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
     * Starts whoever is first in line, if there is room, in a transaction of its own. One that
     * cannot be started ends with that reason; one that cannot be started just now, by this process
     * or at all, keeps its place before those of the same project and environment, and is tried
     * again.
     *
     * @param cause the event that made room, if one did
     * @param held the places, {@code project/environment}, that are left alone this time; it grows
     * @return whether there was somebody to start, and there may be more
     */
    boolean admitNext(DeploymentKind kind, Optional<String> cause, Set<String> held) {
        var reached = new AtomicReference<@Nullable Candidate>();
        try {
            return unitOfWork.run(tx -> startNext(tx, kind, cause, held, reached));
        } catch (ConcurrentAppend | LostTransaction e) {
            throw e;
        } catch (TemporaryFailure e) {
            @Nullable Candidate failed = reached.get();
            if (failed == null) {
                throw e;
            }
            log(failed, e);
            noteTrouble(
                    failed, "it could not be started just now: " + e.getMessage(), Duration.ZERO);
            held.add(failed.place());
            return true;
        } catch (RuntimeException | StackOverflowError e) {
            @Nullable Candidate failed = reached.get();
            if (failed == null) {
                throw e;
            }
            Log.errorf(
                    e, "A deployment could not be started. deploymentId=%s", failed.deployment());
            giveUp(kind, failed, e);
            return true;
        }
    }

    /** Tells of it once: it is tried again every few seconds, and fails mostly as before. */
    private void log(Candidate failed, TemporaryFailure trouble) {
        String message = String.valueOf(trouble.getMessage());
        boolean news;
        synchronized (logged) {
            news = !message.equals(logged.put(failed.deployment(), message));
        }
        Log.logf(
                news ? Logger.Level.WARN : Logger.Level.DEBUG,
                trouble,
                "A deployment could not be started just now; it is tried again. deploymentId=%s",
                failed.deployment());
    }

    /** Forgets those that it has not heard of for longest. */
    private static final class Logged extends LinkedHashMap<DeploymentId, String> {
        private static final long serialVersionUID = 1L;
        private static final int DEPLOYMENTS_MAX = 1_000;

        private Logged() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<DeploymentId, String> eldest) {
            return size() > DEPLOYMENTS_MAX;
        }
    }

    /**
     * Whose turn it is.
     *
     * @param attempt the one that waits; what is found out about it says nothing about a later one
     */
    record Candidate(
            DeploymentId deployment, String project, EnvironmentId environment, int attempt) {
        private static Candidate of(SqlRow row) {
            return new Candidate(
                    new DeploymentId(row.text(0)),
                    row.text(1),
                    new EnvironmentId(row.text(2)),
                    row.whole(3));
        }

        private String place() {
            return project + "/" + environment;
        }
    }

    private boolean startNext(
            Tx tx,
            DeploymentKind kind,
            Optional<String> cause,
            Set<String> held,
            AtomicReference<@Nullable Candidate> reached) {
        // What a repeat of this transaction has not reached is not to blame.
        reached.set(null);
        Instant now = clock.instant();
        // Mostly nobody waits, and then nobody needs the lock.
        if (firstInLine(tx, now, held).isEmpty() || !hasRoom(TaskLimit.locked(tx))) {
            return false;
        }
        Optional<Candidate> next = firstInLine(tx, now, held);
        next.ifPresent(
                candidate -> {
                    reached.set(candidate);
                    start(tx, kind, candidate, now, cause);
                });
        return next.isPresent();
    }

    private static Optional<Candidate> firstInLine(Tx tx, Instant now, Set<String> held) {
        return tx.select(FIRST_IN_LINE, now, held.toArray(String[]::new)).stream()
                .findFirst()
                .map(Candidate::of);
    }

    /** Ends it; or, where even that is impossible, puts it aside. */
    void giveUp(DeploymentKind kind, Candidate failed, Throwable trouble) {
        String reason =
                "it could not be started, because of a mistake in the orchestrator or damaged data (%s; the orchestrator's log tells more)"
                        .formatted(trouble.getClass().getSimpleName());
        try {
            commands.handle(
                    kind,
                    DeploymentKind.streamOf(failed.deployment()),
                    new DeploymentCommand.GiveUpStart(failed.attempt(), reason),
                    Cause.of(clock, Cause.SYSTEM));
        } catch (TemporaryFailure e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            Log.errorf(
                    e, "A deployment cannot be ended either. deploymentId=%s", failed.deployment());
        }
        noteTrouble(failed, reason, ASIDE);
    }

    /**
     * Tells those who ask why it waits, and keeps it out of the line for so long; unless another
     * process has started or ended it meanwhile.
     */
    private void noteTrouble(Candidate failed, String reason, Duration aside) {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                """
                                UPDATE deployment SET start_trouble = ?2, start_again_at = ?3
                                WHERE id = ?1 AND state = 'QUEUED' AND attempt = ?4""",
                                failed.deployment().value(),
                                reason,
                                clock.instant().plus(aside),
                                failed.attempt()));
    }

    private void start(
            Tx tx, DeploymentKind kind, Candidate next, Instant at, Optional<String> cause) {
        tx.execute(
                """
                INSERT INTO admission (project, environment, deployment, since)
                VALUES (?1, ?2, ?3, ?4)""",
                next.project(),
                next.environment().value(),
                next.deployment().value(),
                at);
        tx.execute("UPDATE task_counter SET used = used + 1");
        commands.handle(
                tx,
                kind,
                DeploymentKind.streamOf(next.deployment()),
                List.of(
                        new DeploymentCommand.Start(
                                observations.of(tx, next.environment(), at),
                                previous(tx, next.project(), next.environment()))),
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
