package stagecoach.orchestrator.app.catalog.row;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.AgentHealth;

/** What the gateway reported of a tentacle. */
@Entity
@Table(name = "agent")
public class AgentRow {
    /** {@code target:web-1} or {@code worker:w-1}. */
    @Id public String agent = "";

    public @Nullable String thumbprint;

    /** A name of {@link AgentHealth}. */
    public String state = AgentHealth.UNKNOWN.name();

    public @Nullable String reason;

    @Column(name = "checked_at")
    public @Nullable Instant checkedAt;

    public @Nullable String version;

    @Column(name = "free_disk_bytes")
    public @Nullable Long freeDiskBytes;

    /** How the tentacle is. */
    public AgentHealth health() {
        return AgentHealth.valueOf(state);
    }
}
