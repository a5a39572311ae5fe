package stagecoach.orchestrator.app.deployment.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * That no deployment starts for a while: none at all, or none of a project, of an environment, or
 * of both together. What is under way goes on.
 *
 * @param reason for those who wait
 */
@Schema(name = "Pause")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Pause(
        String id,
        @Schema(nullable = true) @Nullable String project,
        @Schema(nullable = true) @Nullable String environment,
        String reason,
        Instant since,
        String by) {
    static Pause of(PauseRow row) {
        return new Pause(row.id, row.project, row.environment, row.reason, row.since, row.by);
    }

    /** What those are told who wait for its end. */
    public String sentence() {
        return "paused by %s since %s: %s".formatted(by, since, reason);
    }
}
