package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.wire.StagecoachJson;

/** Why a deployment waits; asked of the tables each time, kept nowhere. */
@ApplicationScoped
public class WaitingFor {
    private final DeploymentSettings settings;

    WaitingFor(DeploymentSettings settings) {
        this.settings = settings;
    }

    /** What kind of thing it waits for. */
    public enum Kind {
        /** Another deployment of the same project and environment, which comes first. */
        DEPLOYMENT,
        /** So many deployments are under way that none may start now. */
        TASK_LIMIT,
        /** Machines at which its next run would fail. */
        MACHINE
    }

    /**
     * One reason.
     *
     * @param detail the same as a sentence
     * @param deployment the one that comes first
     * @param since since when that one has its state, or this one waits
     * @param until when it goes on without the machine
     */
    @Schema(name = "WaitingFor")
    public record Reason(
            Kind reason,
            String detail,
            @Nullable String deployment,
            @Nullable String release,
            @Nullable DeploymentState state,
            Instant since,
            @Nullable Instant until) {}

    /** Why this one waits; empty if it does not. */
    public List<Reason> of(Tx tx, DeploymentRow row) {
        var reasons = new ArrayList<Reason>();
        if (row.state() == DeploymentState.QUEUED) {
            reasons.addAll(
                    before(
                            tx,
                            row.project,
                            row.environment,
                            Objects.requireNonNullElse(row.queueNumber, Long.MAX_VALUE)));
            limit(tx, reasons, row.queuedAt);
        }
        if (row.awaited != null && row.awaitedUntil != null) {
            for (String machine : Arrays.asList(StagecoachJson.read(row.awaited, String[].class))) {
                reasons.add(
                        new Reason(
                                Kind.MACHINE,
                                machine,
                                null,
                                null,
                                null,
                                row.queuedAt,
                                row.awaitedUntil));
            }
        }
        return reasons;
    }

    /** What a deployment would wait for if it were asked for now. */
    public List<Reason> ofNew(Tx tx, String project, String environment, Instant now) {
        var reasons = new ArrayList<>(before(tx, project, environment, Long.MAX_VALUE));
        limit(tx, reasons, now);
        return reasons;
    }

    /** Who has the slot, and who waits for it longer. */
    private static List<Reason> before(
            Tx tx, String project, String environment, long queueNumber) {
        return tx
                .query(
                        DeploymentRow.class,
                        """
                        from DeploymentRow where project = ?1 and environment = ?2
                            and endedAt is null and (queueNumber is null or queueNumber < ?3)
                        order by queueNumber nulls first, number""",
                        project,
                        environment,
                        queueNumber)
                .stream()
                .map(WaitingFor::behind)
                .toList();
    }

    private static Reason behind(DeploymentRow other) {
        Instant since =
                other.startedAt == null || other.state() == DeploymentState.QUEUED
                        ? other.queuedAt
                        : other.startedAt;
        return new Reason(
                Kind.DEPLOYMENT,
                "behind deployment %s (%s %s, %s, %s)"
                        .formatted(
                                other.id,
                                other.project,
                                other.release,
                                other.environment,
                                other.state),
                other.id,
                other.release,
                other.state(),
                since,
                null);
    }

    private void limit(Tx tx, List<Reason> reasons, Instant since) {
        var used =
                (Integer)
                        Objects.requireNonNull(
                                tx.rows("SELECT used FROM task_counter").getFirst()[0]);
        if (reasons.isEmpty() && used >= settings.tasksMax()) {
            reasons.add(
                    new Reason(
                            Kind.TASK_LIMIT,
                            "%d deployments are under way, and more than %d may not be"
                                    .formatted(used, settings.tasksMax()),
                            null,
                            null,
                            null,
                            since,
                            null));
        }
    }
}
