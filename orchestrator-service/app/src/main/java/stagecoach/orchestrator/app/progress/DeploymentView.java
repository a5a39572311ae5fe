package stagecoach.orchestrator.app.progress;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.run.Purpose;
import stagecoach.vocabulary.process.Phase;

/**
 * A deployment as the API tells it.
 *
 * @param failure in words that a person can act on
 */
@Schema(name = "Deployment")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DeploymentView(
        String id,
        String project,
        String release,
        String environment,
        DeploymentState state,
        int attempt,
        List<String> targets,
        List<String> excludeTargets,
        List<String> skipSteps,
        @Schema(nullable = true) @Nullable Instant notBefore,
        @Schema(nullable = true) @Nullable Instant notAfter,
        boolean acquireOnly,
        boolean guidedFailure,
        boolean forceDownload,
        @Schema(nullable = true) @Nullable Long bytesPerSecondMax,
        @Schema(nullable = true) @Nullable Integer transfersMax,
        @Schema(nullable = true) @Nullable String comment,
        String createdBy,
        Instant createdAt,
        @Schema(nullable = true) @Nullable Instant startedAt,
        @Schema(nullable = true) @Nullable Instant endedAt,
        List<WaitingReason> waitingFor,
        List<PhaseView> phases,
        @Schema(nullable = true) @Nullable String failure,
        List<WarningView> warnings) {
    /** A run of a phase. */
    @Schema(name = "DeploymentPhase")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record PhaseView(
            Phase phase,
            int run,
            int attempt,
            Purpose purpose,
            @Schema(
                            enumeration = {
                                "RUNNING",
                                "SUCCEEDED",
                                "FAILED",
                                "CANCELLED",
                                "NEEDS_GUIDANCE",
                                "INTERVENTION_REACHED"
                            })
                    String state,
            Instant startedAt,
            @Schema(nullable = true) @Nullable Instant endedAt,
            @Schema(nullable = true) @Nullable String reason) {}

    /** What did not fail it and a person should know. */
    @Schema(name = "DeploymentWarning")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record WarningView(
            @Schema(nullable = true) @Nullable String step,
            @Schema(nullable = true) @Nullable String target,
            String detail) {}
}
