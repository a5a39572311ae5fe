package stagecoach.orchestrator.app.catalog.machine;

import java.util.Objects;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.orchestrator.app.catalog.row.AgentRow;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.InboxEvent;

/** How tentacles are, as reports tell; it follows from them alone, so that it can be rebuilt. */
final class AgentRows {
    private AgentRows() {}

    /**
     * Keeps what a report says of its tentacle.
     *
     * @return whether it may change what others can do there: more than the room on its disk
     */
    static boolean keep(Tx tx, InboxEvent<AgentReport> report) {
        switch (report.event()) {
            case AgentEnrolled enrolled -> {
                AgentRow row = row(tx, enrolled.agent().value());
                row.thumbprint = enrolled.thumbprint();
                tx.upsert(row);
            }
            case AgentCertificateRenewed renewed -> {
                AgentRow row = row(tx, renewed.agent().value());
                row.thumbprint = renewed.thumbprint();
                tx.upsert(row);
            }
            case AgentHealthChanged changed -> {
                AgentRow row = row(tx, changed.agent().value());
                String reason = changed.reason().isBlank() ? null : changed.reason();
                boolean other =
                        !changed.state().name().equals(row.state)
                                || !Objects.equals(reason, row.reason)
                                || changed.version()
                                        .filter(version -> !version.equals(row.version))
                                        .isPresent();
                if (other) {
                    row.checkedAt = report.at();
                }
                row.state = changed.state().name();
                row.reason = reason;
                changed.version().ifPresent(version -> row.version = version);
                changed.freeDiskBytes().ifPresent(bytes -> row.freeDiskBytes = bytes);
                tx.upsert(row);
                return other;
            }
            case AgentRevoked revoked -> {
                AgentRow row = row(tx, revoked.agent().value());
                row.thumbprint = null;
                row.state = AgentHealth.UNAVAILABLE.name();
                row.reason = revoked.reason();
                row.checkedAt = report.at();
                tx.upsert(row);
            }
            case SourcesMeasured _,
                    PackagesBegun _,
                    MachineTidied _,
                    CommandStarted _,
                    CommandEnded _,
                    CommandSettled _,
                    EntryRefused _ -> {}
        }
        return true;
    }

    private static AgentRow row(Tx tx, String agent) {
        return tx.find(AgentRow.class, agent)
                .orElseGet(
                        () -> {
                            var row = new AgentRow();
                            row.agent = agent;
                            return row;
                        });
    }
}
