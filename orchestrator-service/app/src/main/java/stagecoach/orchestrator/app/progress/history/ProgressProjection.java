package stagecoach.orchestrator.app.progress.history;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.channel.EventType;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.progress.MissedTargetChannel;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionChannel;
import stagecoach.orchestrator.app.progress.step.SettledChannel;
import stagecoach.orchestrator.app.progress.step.StepChannel;
import stagecoach.orchestrator.app.projection.Piece;
import stagecoach.orchestrator.app.projection.Projection;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.RunId;

/**
 * Steps, packages on their way, links, warnings and collected files of deployments. Output is no
 * history.
 */
@Singleton
class ProgressProjection implements Projection {
    private static final String DEPLOYMENT = "deployment";
    private static final String PACKAGES = "acquisition_row";

    @Override
    public String name() {
        return "progress";
    }

    @Override
    public List<Table> tables() {
        return List.of(
                new Table("step_row", List.of(DEPLOYMENT, "run", "step", "place"), DEPLOYMENT),
                new Table(
                        PACKAGES,
                        List.of(DEPLOYMENT, "package", "version", "holder_kind", "holder"),
                        DEPLOYMENT),
                new Table(
                        "acquisition_link",
                        List.of(DEPLOYMENT, "from_place", "to_place"),
                        DEPLOYMENT),
                new Table(
                        "deployment_warning",
                        List.of(DEPLOYMENT, "step", "target", "detail"),
                        DEPLOYMENT),
                new Table("artifact", List.of(DEPLOYMENT, "ticket", "number"), DEPLOYMENT));
    }

    @Override
    public List<Part<?>> parts() {
        return List.of(
                new Part<>(
                        MissedTargetChannel.HANDLER,
                        DEPLOYMENT,
                        DeploymentEvent.class,
                        Set.of(),
                        MissedTargetChannel::onEvents),
                new Part<>(
                        StepChannel.HANDLER,
                        "steprun",
                        StepRunEvent.class,
                        Set.of(),
                        StepChannel::onEvents),
                new Part<>(
                        AcquisitionChannel.HANDLER,
                        "acquisition",
                        AcquisitionEvent.class,
                        Set.of(),
                        AcquisitionChannel::onEvents),
                // Behind the steps, whose rows it needs.
                new Part<>(
                        SettledChannel.HANDLER,
                        "ticket",
                        AgentReport.class,
                        Set.of(
                                EventType.of(CommandEnded.class).bareName(),
                                EventType.of(CommandSettled.class).bareName()),
                        SettledChannel::onReports));
    }

    @Override
    public String ownerOf(StreamId stream) {
        return stream.kind().equals(DEPLOYMENT)
                ? stream.name()
                : RunId.parse(stream.name()).deployment().value();
    }

    /** How far a package has come is told beside its output, and is no history either. */
    @Override
    public void carryOver(Tx tx, Table table, String live, String shadow, Piece piece) {
        if (!table.name().equals(PACKAGES)) {
            return;
        }
        tx.execute(
                """
                UPDATE %s.acquisition_row s SET
                    state = CASE WHEN s.state = 'PENDING' THEN l.state ELSE s.state END,
                    bytes = CASE WHEN s.state IN ('PENDING', 'RUNNING', 'FAILED')
                        THEN greatest(s.bytes, l.bytes) ELSE s.bytes END,
                    started_at = CASE WHEN s.holder_kind = 'CACHE' OR s.started_at IS NULL
                        THEN l.started_at ELSE s.started_at END
                FROM %s.acquisition_row l
                WHERE l.deployment = s.deployment AND l.package = s.package AND l.version = s.version
                    AND l.holder_kind = s.holder_kind AND l.holder = s.holder AND l.run = s.run
                    AND l.started_at IS NOT NULL
                    AND (l.state = 'RUNNING' AND s.state = 'PENDING' OR l.state = s.state)
                    AND %s"""
                        .formatted(shadow, live, piece.covers("s." + DEPLOYMENT)),
                piece.bounds());
    }
}
