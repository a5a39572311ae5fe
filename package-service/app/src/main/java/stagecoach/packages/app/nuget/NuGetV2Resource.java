package stagecoach.packages.app.nuget;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.packages.server.odata.ODataFeed;
import stagecoach.packages.server.odata.ODataPath;
import stagecoach.packages.server.odata.ODataQuery;
import stagecoach.packages.server.odata.ODataUrls;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Needs;

/** The old protocol of NuGet: enough to list, install, push and unlist with its last clients. */
@Path(NuGetV2Resource.PATH + "{rest:(/.*)?}")
@RunOnVirtualThread
public class NuGetV2Resource {
    static final String PATH = "/nuget/v2";

    private final ODataFeed feed;
    private final PushResource pushes;
    private final Listings listings;

    NuGetV2Resource(ODataFeed feed, PushResource pushes, Listings listings) {
        this.feed = feed;
        this.pushes = pushes;
        this.listings = listings;
    }

    /** A list of packages, or one, or what there is. */
    @GET
    @Operation(hidden = true)
    public Response get(
            @PathParam("rest") String rest, @Context UriInfo uri, @Context HttpHeaders headers) {
        return ODataPath.parse(rest)
                .flatMap(path -> feed.document(path, query(uri), urls(uri)))
                .map(xml -> Documents.of(xml, type(rest), headers))
                .orElseThrow(() -> nothingAt(rest));
    }

    private static ODataQuery query(UriInfo uri) {
        try {
            return ODataQuery.parse(
                    name -> Optional.ofNullable(uri.getQueryParameters().getFirst(name)));
        } catch (IllegalArgumentException wrong) {
            throw new InvalidInput("?", String.valueOf(wrong.getMessage()));
        }
    }

    private static ODataUrls urls(UriInfo uri) {
        String address = uri.getAbsolutePath().toString();
        String outside = address.substring(0, address.indexOf(PATH));
        return new ODataUrls(outside + PATH + "/", new FeedUrls(outside + FeedFolder.PATH));
    }

    private static MediaType type(String rest) {
        return rest.length() <= 1 || rest.equals("/$metadata")
                ? MediaType.APPLICATION_XML_TYPE
                : MediaType.APPLICATION_ATOM_XML_TYPE;
    }

    /** Takes one package, as the newer protocol does. */
    @PUT
    @Consumes(MediaType.WILDCARD)
    @Needs(Role.PUSH)
    @Operation(hidden = true)
    public Response push(
            InputStream body, @Context HttpHeaders headers, @Context RoutingContext exchange)
            throws IOException {
        return pushes.push(body, headers, exchange);
    }

    /** Takes a package out of searches, as the newer protocol does. */
    @DELETE
    @Needs(Role.PUSH)
    @Operation(hidden = true)
    public Response unlist(@PathParam("rest") String rest) throws IOException {
        String[] steps = rest.split("/", -1);
        if (steps.length != 3) {
            throw nothingAt(rest);
        }
        listings.set(steps[1], steps[2], false);
        return Response.noContent().build();
    }

    private static Rejection nothingAt(String rest) {
        return Rejection.notFound("The built-in feed has nothing at %s.".formatted(rest));
    }
}
