package stagecoach.orchestrator.app.catalog.machine;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.channel.EventType;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.projection.Piece;
import stagecoach.orchestrator.app.projection.Projection;
import stagecoach.runtime.aggregate.Tx;

/**
 * How tentacles are. The targets and workers that enrolments make are no part of it: people change
 * them too.
 */
@Singleton
class MachinesProjection implements Projection {
    private static final String AGENT = "agent";

    /**
     * Each tells how the tentacle is; what else a row has is older than whatever the feed forgot.
     */
    private static final Set<String> WHOLE =
            Set.of(
                    EventType.of(AgentHealthChanged.class).bareName(),
                    EventType.of(AgentRevoked.class).bareName());

    @Override
    public String name() {
        return "machines";
    }

    @Override
    public List<Table> tables() {
        return List.of(new Table(AGENT, List.of(AGENT), AGENT));
    }

    @Override
    public List<Part<?>> parts() {
        return List.of(
                new Part<>(
                        AgentChannel.HANDLER,
                        AGENT,
                        AgentReport.class,
                        Set.of(),
                        WHOLE,
                        (tx, reports) -> reports.forEach(report -> AgentRows.keep(tx, report))));
    }

    @Override
    public String ownerOf(StreamId stream) {
        return stream.name();
    }

    /** Reports tell all of it; with what older ones told, {@link #WHOLE} begins. */
    @Override
    public void carryOver(Tx tx, Table table, String live, String shadow, Piece piece) {}
}
