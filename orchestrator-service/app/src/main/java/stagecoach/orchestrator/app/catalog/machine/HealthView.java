package stagecoach.orchestrator.app.catalog.machine;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.orchestrator.app.catalog.row.AgentRow;

/** How a target's or worker's tentacle is, as the API tells it. */
@Schema(name = "Health")
@JsonInclude(JsonInclude.Include.ALWAYS)
record HealthView(
        AgentHealth state,
        @Schema(nullable = true) @Nullable String reason,
        @Schema(nullable = true) @Nullable Instant checkedAt,
        @Schema(nullable = true) @Nullable String version,
        @Schema(nullable = true) @Nullable Long freeDiskBytes) {
    /** The view of what the gateway reported; null if it never did. */
    static HealthView of(@Nullable AgentRow agent) {
        return agent == null
                ? new HealthView(AgentHealth.UNKNOWN, null, null, null, null)
                : new HealthView(
                        agent.health(),
                        agent.reason,
                        agent.checkedAt,
                        agent.version,
                        agent.freeDiskBytes);
    }
}
