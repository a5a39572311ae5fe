package stagecoach.packages.app.artifact;

import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.internal.KeepArtifact;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.artifact.ArtifactStore.Address;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Problems;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/** Collected files from the agent-gateway, and for the orchestrator, who knows whose they are. */
@Path(KeepArtifact.PATH + "/{ticket}/{sha256}")
@RunOnVirtualThread
public class ArtifactResource {
    private final ArtifactStore store;
    private final Problems problems;

    ArtifactResource(ArtifactStore store, Problems problems) {
        this.store = store;
        this.problems = problems;
    }

    /** Takes one in; repeatable. */
    @PUT
    @Consumes(MediaType.WILDCARD)
    @Operation(hidden = true)
    public Response keep(
            @PathParam("ticket") String ticket,
            @PathParam("sha256") String sha256,
            @QueryParam(KeepArtifact.DEPLOYMENT) @Nullable String deployment,
            InputStream body)
            throws IOException {
        Address address = address(ticket, sha256);
        try {
            Response answer = kept(address, deployment(deployment), body);
            // Who is still sending would not hear the answer; the gateway sends no more than a
            // file.
            body.transferTo(OutputStream.nullOutputStream());
            return answer;
        } catch (ArtifactStore.CutOff e) {
            Log.debug("A sender went away in the middle of a file.", e);
            return problems.response(400, "invalid-input", "the file was cut off. Send it again.");
        }
    }

    private Response kept(Address address, DeploymentId deployment, InputStream body)
            throws IOException {
        try {
            return switch (store.keep(address, deployment, body, Artifact.BYTES_MAX)) {
                case HERE -> Response.noContent().build();
                case OTHER_BYTES ->
                        problems.response(
                                422,
                                "invalid-input",
                                "other bytes came than were announced: their SHA-256 is not %s."
                                        .formatted(address.sha256()));
                case TOO_LARGE ->
                        problems.response(
                                413,
                                "too-large",
                                "a file has at most %d bytes.".formatted(Artifact.BYTES_MAX));
                case TOO_MANY ->
                        problems.response(
                                413,
                                "too-large",
                                "a step may collect %d files.".formatted(Artifact.COUNT_MAX));
                case RETIRED ->
                        problems.response(
                                410,
                                "not-found",
                                "the deployment %s is kept no longer.".formatted(deployment));
            };
        } catch (DiskFullException full) {
            Log.error(
                    "A collected file could not be kept: the disk of the packages is full.", full);
            return problems.response(
                    507,
                    "disk-full",
                    "the server's disk of packages is full. Make room there (see retention).");
        }
    }

    /** Its bytes, or a range of them. */
    @GET
    @Operation(hidden = true)
    public Response get(
            @PathParam("ticket") String ticket,
            @PathParam("sha256") String sha256,
            @Context HttpHeaders headers)
            throws IOException {
        Address address = address(ticket, sha256);
        Optional<Sha512> known = store.find(address);
        Optional<Response> found =
                known.isPresent()
                        ? store.answers().answer(known.get(), false, headers)
                        : Optional.empty();
        return found.orElseThrow(
                () -> Rejection.notFound("There is no file %s.".formatted(address)));
    }

    private static Address address(String ticket, String sha256) {
        try {
            return new Address(Ticket.parse(ticket), new Digest(sha256));
        } catch (IllegalArgumentException e) {
            throw Rejection.notFound(String.valueOf(e.getMessage()));
        }
    }

    private static DeploymentId deployment(@Nullable String text) {
        try {
            return new DeploymentId(text == null ? "" : text);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("?" + KeepArtifact.DEPLOYMENT, String.valueOf(e.getMessage()));
        }
    }
}
