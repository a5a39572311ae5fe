package stagecoach.orchestrator.app.deployment.intake;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What somebody may say about a deployment; only for the OpenAPI document, {@link DraftReader}
 * reads it.
 *
 * @param notBefore when it may start; until then it blocks nobody
 * @param notAfter when it is given up, if it has not started
 * @param acquireOnly bring the packages, and go on when somebody lets it proceed
 * @param guidedFailure ask a person at a failure; the environment's word if it is left out
 * @param variables the answers to what the release asks for, by the names of its variables
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
        @Nullable Instant notBefore,
        @Nullable Instant notAfter,
        @Nullable Boolean acquireOnly,
        @Nullable Boolean forceDownload,
        @Nullable Boolean guidedFailure,
        @Nullable Long bytesPerSecondMax,
        @Nullable Integer transfersMax,
        @Nullable Map<String, String> variables,
        @Nullable String comment) {}
