package stagecoach.orchestrator.app.deployment.adhoc;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
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
import stagecoach.orchestrator.app.release.VersionResolver;
import stagecoach.orchestrator.release.AdHoc;
import stagecoach.orchestrator.release.Release;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.TargetId;

/** Lets a target's tentacle go on as another version. */
@Path("/api/v1/targets/{id}/upgrade")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Needs(Role.ADMIN) // What is in the package can do whatever the tentacle's user can.
@Tag(name = "Configuration")
public class UpgradeResource {
    private final AdHocReader reader;
    private final VersionResolver versions;
    private final UnitOfWork unitOfWork;
    private final Intake intake;

    UpgradeResource(
            AdHocReader reader, VersionResolver versions, UnitOfWork unitOfWork, Intake intake) {
        this.reader = reader;
        this.versions = versions;
        this.unitOfWork = unitOfWork;
        this.intake = intake;
    }

    /** Asks for an upgrade; it is queued and, if its slot is free, started. */
    @POST
    @Operation(
            operationId = "upgradeTarget",
            summary = "Upgrade a target's tentacle",
            description =
                    "Brings the package Stagecoach.Tentacle of the built-in feed to the machine, verified, and starts it in the place of the program that runs. If it has no session with the gateway in time, what ran before is started again. The answer is a deployment of the project ad-hoc-upgrades, which succeeds if the version runs, and otherwise says why not. One runs at a time in an environment.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = UpgradeRequest.class),
                            examples =
                                    @ExampleObject(
                                            name = "to a version that was pushed",
                                            value = "{\"version\": \"1.4.0\"}")))
    @APIResponse(
            responseCode = "202",
            description = "Queued, or started at once",
            content = @Content(schema = @Schema(implementation = DeploymentView.class)))
    @APIResponse(responseCode = "409", description = "It is disabled, or in no environment")
    public RestResponse<String> upgrade(
            String id,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            byte @Nullable [] json) {
        String path = "/api/v1/targets/" + id + "/upgrade";
        Optional<RestResponse<String>> before = intake.before(key, path, json);
        if (before.isPresent()) {
            return before.get();
        }
        UpgradeRequest.Wanted wanted = UpgradeRequest.read(json);
        TargetId target = AdHocReader.target(id);
        // Nothing is pinned for what is refused.
        unitOfWork.run(tx -> reader.environmentOf(tx, target));
        Release release =
                versions.pinned(AdHoc.upgrade(wanted.version()), wanted.version(), "/version");
        return intake.once(
                key, path, json, tx -> reader.upgrade(tx, target, release, wanted.comment()));
    }
}
