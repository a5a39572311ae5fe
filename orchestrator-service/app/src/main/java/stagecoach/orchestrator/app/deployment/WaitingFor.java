package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.deployment.queue.Pause;
import stagecoach.orchestrator.app.deployment.queue.Pauses;
import stagecoach.orchestrator.app.deployment.queue.TaskLimit;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.orchestrator.app.progress.WaitingReasons;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.wire.StagecoachJson;

/** Why a deployment waits; asked of the tables each time, kept nowhere. */
@ApplicationScoped
public class WaitingFor implements WaitingReasons {
    /** Another deployment of the same project and environment comes first. */
    private static final String SLOT_TAKEN = "SLOT_TAKEN";

    /** So many deployments are under way that none may start now. */
    private static final String TASK_LIMIT = "TASK_LIMIT";

    /** The next run would fail at a machine that is not there just now. */
    private static final String MACHINE_AWAITED = "MACHINE_AWAITED";

    /** The time that was asked for has not come. */
    private static final String SCHEDULED = "SCHEDULED";

    /** A person is asked how to go on. */
    private static final String INTERRUPTION = "INTERRUPTION";

    /** Its packages are in place, and somebody may let it proceed. */
    private static final String STAGED = "STAGED";

    /** Somebody keeps deployments such as this one from starting. */
    private static final String PAUSED = "PAUSED";

    /** It could not be started when its turn came. */
    private static final String START_FAILED = "START_FAILED";

    private final DeploymentSettings settings;
    private final Clock clock;

    WaitingFor(DeploymentSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public List<WaitingReason> of(Tx tx, DeploymentId deployment) {
        return tx.find(DeploymentRow.class, deployment.value())
                .map(row -> of(tx, row))
                .orElse(List.of());
    }

    private List<WaitingReason> of(Tx tx, DeploymentRow row) {
        return switch (row.state()) {
            case QUEUED -> queued(tx, row);
            case RUNNING -> machines(row);
            case PAUSED ->
                    InterruptionRows.open(tx, row.id).stream().map(WaitingFor::answer).toList();
            case STAGED ->
                    List.of(
                            new WaitingReason(
                                    STAGED,
                                    "its packages are in place; it goes on when somebody lets it proceed",
                                    Map.of()));
            case CANCELLING, SUCCEEDED, FAILED, CANCELLED -> List.of();
        };
    }

    private List<WaitingReason> queued(Tx tx, DeploymentRow row) {
        if (row.dueAt != null) {
            return List.of(scheduled(row.dueAt));
        }
        if (row.startTrouble != null
                && row.startAgainAt != null
                && row.startAgainAt.isAfter(clock.instant())) {
            return List.of(aside(row.startTrouble, row.startAgainAt));
        }
        long number = Objects.requireNonNullElse(row.queueNumber, Long.MAX_VALUE);
        var reasons = new ArrayList<WaitingReason>();
        if (row.startTrouble != null) {
            reasons.add(
                    new WaitingReason(
                            START_FAILED,
                            row.startTrouble + "; it is tried again when its turn comes",
                            Map.of()));
        }
        reasons.addAll(ahead(tx, row.project, row.environment, number, row.queuedAt));
        return reasons;
    }

    /** That a time has not come. */
    public static WaitingReason scheduled(Instant due) {
        return new WaitingReason(
                SCHEDULED, "it shall not start before " + due, Map.of("until", due));
    }

    private static WaitingReason aside(String trouble, Instant until) {
        return new WaitingReason(
                START_FAILED,
                "%s; it is in line again at %s, or can be cancelled".formatted(trouble, until),
                Map.of("until", until));
    }

    private static WaitingReason answer(InterruptionRow row) {
        return new WaitingReason(
                INTERRUPTION,
                "a person is asked: "
                        + Objects.requireNonNullElse(row.instructions, "how shall it go on?"),
                Map.of("interruption", row.id, "since", row.raisedAt));
    }

    private static List<WaitingReason> machines(DeploymentRow row) {
        if (row.awaited == null || row.awaitedUntil == null) {
            return List.of();
        }
        Instant until = row.awaitedUntil;
        return Arrays.stream(StagecoachJson.read(row.awaited, String[].class))
                .map(machine -> new WaitingReason(MACHINE_AWAITED, machine, Map.of("until", until)))
                .toList();
    }

    /** What a deployment would wait for if it were asked for now. */
    public List<WaitingReason> ofNew(Tx tx, String project, String environment, Instant now) {
        return ahead(tx, project, environment, Long.MAX_VALUE, now);
    }

    /**
     * Who holds it, has the slot, or waits for it longer; or else that there are too many others.
     */
    private List<WaitingReason> ahead(
            Tx tx, String project, String environment, long queueNumber, Instant since) {
        var reasons = new ArrayList<WaitingReason>();
        Pauses.holding(tx, project, environment).forEach(pause -> reasons.add(paused(pause)));
        tx.query(
                        DeploymentRow.class,
                        """
                        from DeploymentRow where project = ?1 and environment = ?2
                            and endedAt is null and dueAt is null and state <> 'STAGED'
                            and (startAgainAt is null or startAgainAt <= ?4)
                            and (queueNumber is null or queueNumber < ?3)
                        order by queueNumber nulls first, number""",
                        project,
                        environment,
                        queueNumber,
                        clock.instant())
                .forEach(other -> reasons.add(behind(other)));
        TaskLimit limit = TaskLimit.of(tx);
        int max = limit.max().orElse(settings.tasksMax());
        if (reasons.isEmpty() && limit.used() >= max) {
            reasons.add(
                    new WaitingReason(
                            TASK_LIMIT,
                            "%d deployments are under way, and more than %d may not be"
                                    .formatted(limit.used(), max),
                            Map.of("since", since)));
        }
        return reasons;
    }

    private static WaitingReason paused(Pause pause) {
        return new WaitingReason(
                PAUSED, pause.sentence(), Map.of("pause", pause.id(), "since", pause.since()));
    }

    private static WaitingReason behind(DeploymentRow other) {
        Instant since =
                other.startedAt == null || other.state() == DeploymentState.QUEUED
                        ? other.queuedAt
                        : other.startedAt;
        return new WaitingReason(
                SLOT_TAKEN,
                "behind deployment %s (%s %s, %s, %s)"
                        .formatted(
                                other.id,
                                other.project,
                                other.release,
                                other.environment,
                                other.state),
                Map.of(
                        "deployment",
                        other.id,
                        "release",
                        other.release,
                        "state",
                        other.state,
                        "since",
                        since));
    }
}
