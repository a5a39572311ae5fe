package stagecoach.packages.app.index;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.decider.Rejection;
import stagecoach.vocabulary.packages.Sha512;

/** The bytes of packages for the agent-gateway, which hands them on to tentacles. */
@Path("/internal/blobs/{sha512}")
@RunOnVirtualThread
public class BlobResource {
    private final BlobAnswers answers;

    BlobResource(BlobAnswers answers) {
        this.answers = answers;
    }

    /** The bytes, or a range of them. */
    @GET
    @Operation(hidden = true)
    public Response get(@PathParam("sha512") String sha512, @Context HttpHeaders headers)
            throws IOException {
        return answer(sha512, false, headers);
    }

    /** Whether they are here, and how many. */
    @HEAD
    @Operation(hidden = true)
    public Response head(@PathParam("sha512") String sha512, @Context HttpHeaders headers)
            throws IOException {
        return answer(sha512, true, headers);
    }

    private Response answer(String sha512, boolean head, HttpHeaders headers) throws IOException {
        Optional<Response> response = answers.answer(parsed(sha512), head, headers);
        return response.orElseThrow(
                () ->
                        new Rejection(
                                Rejection.Kind.NOT_FOUND,
                                "not-found",
                                "No package with this SHA-512 is here."));
    }

    private static Sha512 parsed(String sha512) {
        try {
            return Sha512.parseHex(sha512);
        } catch (IllegalArgumentException e) {
            throw new Rejection(
                    Rejection.Kind.NOT_FOUND, "not-found", String.valueOf(e.getMessage()));
        }
    }
}
