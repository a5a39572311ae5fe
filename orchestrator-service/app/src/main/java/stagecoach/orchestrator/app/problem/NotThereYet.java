package stagecoach.orchestrator.app.problem;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.access.Problems;

/**
 * Paths of the promised API that this build does not have: each says so, and what to do instead.
 */
@Needs(Role.READ)
abstract class NotThereYet {
    private final Problems problems;
    private final String sentence;

    private NotThereYet(Problems problems, String what, String instead) {
        this.problems = problems;
        this.sentence = what + " not there yet. " + instead;
    }

    @GET
    @Operation(hidden = true)
    public Response get() {
        return refusal();
    }

    @PUT
    @Operation(hidden = true)
    public Response put() {
        return refusal();
    }

    @POST
    @Operation(hidden = true)
    public Response post() {
        return refusal();
    }

    @DELETE
    @Operation(hidden = true)
    public Response delete() {
        return refusal();
    }

    private Response refusal() {
        return problems.response(501, "not-there-yet", sentence);
    }

    @Path("/api/v1/deployments/{id}/artifacts")
    static class Artifacts extends NotThereYet {
        Artifacts(Problems problems) {
            super(problems, "Artifacts are", "Let the script write what it found to its output.");
        }
    }
}
