package stagecoach.orchestrator.app.progress.rest;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.decider.Rejection;
import stagecoach.orchestrator.app.progress.KnownDeployment;
import stagecoach.orchestrator.app.progress.artifact.ArtifactDownload;
import stagecoach.orchestrator.app.progress.artifact.ArtifactViews;
import stagecoach.orchestrator.app.progress.artifact.ArtifactViews.ArtifactView;
import stagecoach.orchestrator.app.progress.artifact.ArtifactViews.Found;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Printable;

/** The files that the scripts of a deployment have collected. */
@Path("/api/v1/deployments/{id}/artifacts")
@RunOnVirtualThread
@Tag(name = "Deployments")
public class ArtifactsResource {
    private final UnitOfWork unitOfWork;
    private final ArtifactDownload download;

    ArtifactsResource(UnitOfWork unitOfWork, ArtifactDownload download) {
        this.unitOfWork = unitOfWork;
        this.download = download;
    }

    /** Lists them, in the order in which their commands ended. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "listDeploymentArtifacts",
            summary = "List the files that a deployment's scripts have collected")
    public Listed<ArtifactView> list(@PathParam("id") String id, @BeanParam PageRequest page) {
        DeploymentId deployment = KnownDeployment.id(id);
        int limit = page.limit();
        var after = ArtifactViews.Place.of(page.after());
        return unitOfWork.run(
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return page.page(
                            ArtifactViews.page(tx, deployment, after, limit + 1),
                            ArtifactViews.Place::behind,
                            List::copyOf);
                });
    }

    /** Sends one's bytes. */
    @GET
    @Path("{artifact}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            operationId = "downloadDeploymentArtifact",
            summary = "Download a file that a script has collected",
            description = "Its bytes as they were on the machine. A Range gets a part of them.")
    @Parameter(
            name = "Range",
            in = ParameterIn.HEADER,
            description = "Such as bytes=1000-, RFC 9110",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "200",
            description = "The bytes",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "206",
            description = "A part of them",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "416", description = "There is no such part")
    @APIResponse(responseCode = "404", description = "No such file")
    public Response get(
            @PathParam("id") String id,
            @PathParam("artifact") String artifact,
            @Context HttpHeaders headers) {
        return download.answer(found(id, artifact), headers);
    }

    /** Tells what its bytes are. */
    @HEAD
    @Path("{artifact}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(hidden = true)
    public Response head(@PathParam("id") String id, @PathParam("artifact") String artifact) {
        return download.head(found(id, artifact));
    }

    private Found found(String id, String artifact) {
        DeploymentId deployment = KnownDeployment.id(id);
        return unitOfWork.run(
                tx -> {
                    KnownDeployment.check(tx, deployment);
                    return ArtifactViews.find(tx, deployment, artifact)
                            .orElseThrow(
                                    () ->
                                            Rejection.notFound(
                                                    "The deployment %s has no file \"%s\". GET /api/v1/deployments/%s/artifacts lists them."
                                                            .formatted(
                                                                    deployment,
                                                                    Printable.of(artifact),
                                                                    deployment)));
                });
    }
}
