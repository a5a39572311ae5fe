package stagecoach.orchestrator.app.deployment;

import java.time.Instant;
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
import stagecoach.decider.Recorded;
import stagecoach.orchestrator.app.deployment.row.DeploymentRow;
import stagecoach.orchestrator.app.deployment.row.PhaseRow;
import stagecoach.orchestrator.app.progress.Warnings;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.wire.StagecoachJson;

/** The rows of one deployment and its phases, kept by its events as they are appended. */
final class DeploymentRows {
    private final Tx tx;
    private final DeploymentRow row;

    private DeploymentRows(Tx tx, DeploymentRow row) {
        this.tx = tx;
        this.row = row;
    }

    /** Writes what {@code events}, just appended, change. */
    static void write(Tx tx, DeploymentId id, List<Recorded<DeploymentEvent>> events) {
        Optional<DeploymentRow> known = tx.find(DeploymentRow.class, id.value());
        var rows = new DeploymentRows(tx, known.orElseGet(DeploymentRow::new));
        for (Recorded<DeploymentEvent> recorded : events) {
            rows.apply(recorded.event(), recorded.at());
        }
        if (known.isPresent()) {
            tx.update(rows.row);
        } else {
            tx.insert(rows.row);
        }
    }

    private void apply(DeploymentEvent event, Instant at) {
        switch (event) {
            case DeploymentQueued asked -> queued(asked, at);
            case DeploymentStarted _ -> {
                row.state = DeploymentState.RUNNING.name();
                row.queueNumber = null;
                inLineAgain();
                if (row.startedAt == null) {
                    row.startedAt = at;
                }
            }
            case PhaseStarted started -> {
                waitsNoMore();
                begun(started, at);
            }
            case ArrivalsAwaited awaited -> {
                row.awaited = StagecoachJson.text(awaited.missing());
                row.awaitedUntil = awaited.until();
            }
            case PhaseEnded ended -> ended(ended, at);
            case TargetJoined _, TargetMissed _, CleanupSkipped _ -> {}
            case InterruptionRaised _ -> row.state = DeploymentState.PAUSED.name();
            case InterruptionResolved _ -> row.state = DeploymentState.RUNNING.name();
            case TargetExcluded excluded ->
                    Warnings.add(
                            tx, row.id, null, excluded.target().value(), excluded.reason(), at);
            case DeploymentDue _ -> {
                row.dueAt = null;
                row.queueNumber = nextNumber();
                row.queuedAt = at;
            }
            case DeploymentStaged _ -> {
                waitsNoMore();
                row.state = DeploymentState.STAGED.name();
            }
            case DeploymentProceeded proceeded -> {
                queuedAgain(proceeded.attempt(), at);
                row.dueAt = proceeded.at().orElse(null);
            }
            case DeploymentRetried retried -> {
                queuedAgain(retried.attempt(), at);
                row.endedAt = null;
                row.failure = null;
                row.cancelledBy = null;
            }
            case DeploymentBudgetChanged changed -> budgeted(changed.budget());
            case CancelRequested cancel -> {
                waitsNoMore();
                inLineAgain();
                row.state = DeploymentState.CANCELLING.name();
                row.queueNumber = null;
                row.dueAt = null;
                row.cancelledBy = cancel.by();
            }
            case DeploymentEnded ended -> {
                waitsNoMore();
                inLineAgain();
                row.state = ended.state().name();
                row.queueNumber = null;
                row.dueAt = null;
                row.endedAt = at;
                row.failure = ended.failure().orElse(null);
                row.mayStillRun = StagecoachJson.text(ended.mayStillRun());
            }
        }
    }

    private void queued(DeploymentQueued asked, Instant at) {
        long number = nextNumber();
        row.id = asked.deployment().value();
        row.number = number;
        row.project = asked.project().value();
        row.release = asked.release().value();
        row.environment = asked.environment().value();
        row.planDigest = asked.planDigest().value();
        row.steps = StagecoachJson.text(asked.steps());
        row.selection = StagecoachJson.text(asked.selection());
        row.forceDownload = asked.forceDownload();
        budgeted(asked.budget().orElse(TransferBudget.NONE));
        row.notBefore = asked.notBefore().orElse(null);
        row.dueAt = row.notBefore;
        row.notAfter = asked.notAfter().orElse(null);
        row.acquireOnly = asked.acquireOnly();
        row.guidedFailure = asked.guidedFailure();
        row.comment = asked.comment().orElse(null);
        row.createdAt = at;
        row.queuedAt = at;
        row.queueNumber = number;
    }

    private void queuedAgain(int attempt, Instant at) {
        row.state = DeploymentState.QUEUED.name();
        row.attempt = attempt;
        row.queueNumber = nextNumber();
        row.queuedAt = at;
    }

    private void budgeted(TransferBudget budget) {
        row.bytesPerSecondMax = budget.bytesPerSecondMax().orElse(null);
        row.transfersMax = budget.transfersMax().orElse(null);
        row.budgetRevision++;
    }

    private long nextNumber() {
        return tx.select("SELECT nextval('deployment_number')").getFirst().number(0);
    }

    private void waitsNoMore() {
        row.awaited = null;
        row.awaitedUntil = null;
    }

    private void inLineAgain() {
        row.startTrouble = null;
        row.startAgainAt = null;
    }

    private void begun(PhaseStarted started, Instant at) {
        var phase = new PhaseRow();
        phase.deployment = started.deployment().value();
        phase.run = started.run().value();
        phase.attempt = started.attempt();
        phase.phase = started.phase().name();
        phase.purpose = started.purpose().name();
        phase.startedAt = at;
        tx.insert(phase);
    }

    private void ended(PhaseEnded ended, Instant at) {
        tx.execute(
                """
                UPDATE deployment_phase SET state = ?3, ended_at = ?4, reason = ?5
                WHERE deployment = ?1 AND run = ?2""",
                row.id,
                ended.run().value(),
                ended.outcome().name(),
                at,
                ended.reason().orElse(null));
    }
}
