package stagecoach.packages.app.nuget;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.access.Problems;

/** The old protocol of NuGet, which waits: it says so, and what to do instead. */
@Path("/nuget/v2{rest:(/.*)?}")
@RunOnVirtualThread
public class NuGetV2Resource {
    private final Problems problems;

    NuGetV2Resource(Problems problems) {
        this.problems = problems;
    }

    /** Old clients look here. */
    @GET
    @Operation(hidden = true)
    public Response get() {
        return refusal("NuGet v2 is not there yet. Use the feed at /nuget/v3/index.json.");
    }

    /** Old clients push here. */
    @PUT
    @Needs(Role.PUSH)
    @Operation(hidden = true)
    public Response push() {
        return refusal("NuGet v2 is not there yet. Push to the feed at /nuget/v3/index.json.");
    }

    private Response refusal(String sentence) {
        return problems.response(501, "not-there-yet", sentence);
    }
}
