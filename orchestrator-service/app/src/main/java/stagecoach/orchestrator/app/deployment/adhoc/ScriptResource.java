package stagecoach.orchestrator.app.deployment.adhoc;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
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

/** Runs a script once, as a deployment of its own. */
@Path("/api/v1/scripts")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Needs(Role.ADMIN) // A key that may deploy runs what others have written, and no more.
@Tag(name = "Releases and deployments")
public class ScriptResource {
    private final AdHocReader reader;
    private final Intake intake;

    ScriptResource(AdHocReader reader, Intake intake) {
        this.reader = reader;
        this.intake = intake;
    }

    /** Asks for a run; it is queued and, if its slot is free, started. */
    @POST
    @Operation(
            operationId = "runScript",
            summary = "Run a script once",
            description =
                    "On targets, or on a worker. The answer is a deployment of the project ad-hoc-scripts: its steps, logs and events are read, and it is cancelled, like those of any other. One runs at a time in an environment.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = ScriptRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "on all web servers",
                                            value =
                                                    """
                                                    {"environment": "production", "tags": ["web"],
                                                     "script": {"syntax": "BASH", "body": "df -h"}, "timeout": "PT5M"}""")))
    @APIResponse(
            responseCode = "202",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    public RestResponse<String> run(
            @HeaderParam("Idempotency-Key") @Nullable String key, byte @Nullable [] json) {
        return intake.once(key, "/api/v1/scripts", json, tx -> reader.script(tx, json));
    }
}
