package stagecoach.orchestrator.app.deployment.intake;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may say about a deployment; only for the OpenAPI document, {@link DraftReader}
 * reads it.
 *
 * @param targets only these of the targets that match; all of them if it is left out
 */
@Schema(name = "DeploymentRequest")
record DeploymentRequest(
        @Schema(required = true) String project,
        @Schema(required = true) String release,
        @Schema(required = true) String environment,
        @Nullable List<String> targets,
        @Nullable List<String> excludeTargets,
        @Nullable List<String> skipSteps,
        @Nullable Boolean forceDownload,
        @Nullable Map<String, String> variables,
        @Nullable String comment) {}
