package stagecoach.orchestrator.app.deployment.adhoc;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.orchestrator.app.deployment.intake.Intake;
import stagecoach.orchestrator.app.progress.DeploymentView;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.request.JsonBody;

/** Asks a target now whether it is there and does its work. */
@Path("/api/v1/targets/{id}/check")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Needs(Role.DEPLOY)
@Tag(name = "Configuration")
public class CheckResource {
    private final AdHocReader reader;
    private final Intake intake;

    CheckResource(AdHocReader reader, Intake intake) {
        this.reader = reader;
        this.intake = intake;
    }

    /** Asks for a check; it is queued and, if its slot is free, started. */
    @POST
    @Operation(
            operationId = "checkTarget",
            summary = "Check a target's health now",
            description =
                    "Runs a minimal script on it, through its tentacle. The answer is a deployment of the project ad-hoc-checks, which succeeds if the target answers within a minute, and says why it did not.")
    @RequestBody(
            description = "None, or an empty object",
            required = false,
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(type = SchemaType.OBJECT, maxProperties = 0)))
    @APIResponse(
            responseCode = "202",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    @APIResponse(responseCode = "409", description = "It is disabled, or in no environment")
    public RestResponse<String> check(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        return intake.once(
                key,
                "/api/v1/targets/" + id + "/check",
                json,
                tx -> {
                    refuseFields(json);
                    return reader.check(tx, AdHocReader.target(id));
                });
    }

    private static void refuseFields(byte @Nullable [] json) {
        if (json != null && json.length > 0) {
            var body = JsonBody.of(json);
            body.refuseUnknown();
            body.mistakes().refuseIfAny();
        }
    }
}
