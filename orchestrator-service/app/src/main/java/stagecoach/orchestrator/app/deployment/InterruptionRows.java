package stagecoach.orchestrator.app.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.Choice;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionRaised;
import stagecoach.contracts.deployment.DeploymentEvent.InterruptionResolved;
import stagecoach.contracts.run.Pair;
import stagecoach.decider.Recorded;
import stagecoach.orchestrator.app.deployment.row.InterruptionRow;
import stagecoach.orchestrator.app.progress.Warnings;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.wire.StagecoachJson;

/** The rows of the questions that a deployment asks, kept by its events as they are appended. */
final class InterruptionRows {
    private InterruptionRows() {}

    /** Writes what {@code events}, just appended, change. */
    static void write(Tx tx, String deployment, List<Recorded<DeploymentEvent>> events) {
        for (Recorded<DeploymentEvent> recorded : events) {
            if (recorded.event() instanceof InterruptionRaised raised) {
                tx.insert(row(deployment, raised));
            } else if (recorded.event() instanceof InterruptionResolved answer) {
                resolved(tx, deployment, answer, recorded.at());
            } else if (recorded.event() instanceof CancelRequested cancel) {
                cancelled(tx, deployment, cancel, recorded.at());
            }
        }
    }

    private static InterruptionRow row(String deployment, InterruptionRaised raised) {
        var row = new InterruptionRow();
        row.id = raised.interruption().value();
        row.deployment = deployment;
        row.kind = raised.kind().name();
        row.run = raised.run().value();
        row.phase = raised.phase().name();
        row.pairs = StagecoachJson.text(raised.pairs());
        row.instructions = raised.instructions().orElse(null);
        row.roles = StagecoachJson.text(raised.roles());
        row.choices = StagecoachJson.text(raised.choices());
        row.raisedAt = raised.raisedAt();
        return row;
    }

    private static void resolved(
            Tx tx, String deployment, InterruptionResolved answer, Instant at) {
        var row =
                tx.find(InterruptionRow.class, answer.interruption().value())
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "no row of interruption " + answer.interruption()));
        row.resolvedAt = at;
        row.choice = answer.choice().name();
        row.resolvedBy = answer.by();
        row.notes = answer.notes().orElse(null);
        tx.update(row);
        if (answer.choice() == Choice.IGNORE) {
            String detail =
                    "it failed, and %s ignored that%s"
                            .formatted(
                                    answer.by(),
                                    answer.notes().map(notes -> ": " + notes).orElse(""));
            for (Pair pair : StagecoachJson.read(row.pairs, Pair[].class)) {
                Warnings.add(
                        tx,
                        deployment,
                        pair.step().value(),
                        pair.target().map(TargetId::value).orElse(null),
                        detail,
                        at);
            }
        }
    }

    /** Nobody needs to answer what a cancelled deployment asked. */
    private static void cancelled(Tx tx, String deployment, CancelRequested cancel, Instant at) {
        tx.execute(
                """
                UPDATE interruption SET resolved_at = ?2, resolved_by = ?3, notes = ?4
                WHERE deployment = ?1 AND resolved_at IS NULL""",
                deployment,
                at,
                cancel.by(),
                "the deployment was cancelled");
    }

    /** The open question of a deployment, if it asks one. */
    static Optional<InterruptionRow> open(Tx tx, String deployment) {
        return tx
                .query(
                        InterruptionRow.class,
                        "from InterruptionRow where deployment = ?1 and resolvedAt is null",
                        deployment)
                .stream()
                .findFirst();
    }
}
