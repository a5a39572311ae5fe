package stagecoach.packages.app.nuget;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.packages.server.nuget.Searches;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.vocabulary.packages.PackageId;

/** The search box and the completion of ids and versions in NuGet clients. */
@Path("/nuget/v3")
@RunOnVirtualThread
@Tag(name = "NuGet")
public class SearchResource {
    private final Searches searches;

    SearchResource(Searches searches) {
        this.searches = searches;
    }

    /** Packages that have all the words. */
    @GET
    @Path(ServiceIndex.SEARCH_PATH)
    @Operation(operationId = "searchPackages", summary = "Search packages")
    public Response search(
            @BeanParam SearchRequest request, @Context UriInfo uri, @Context HttpHeaders headers) {
        FeedUrls urls = FeedFolder.urls(uri);
        return Documents.json(searches.search(request.query(false), urls), headers);
    }

    /** Ids that have all the words, or the versions of one id. */
    @GET
    @Path(ServiceIndex.AUTOCOMPLETE_PATH)
    @Operation(operationId = "completePackages", summary = "Complete a package's id or version")
    public Response complete(
            @BeanParam SearchRequest request,
            @QueryParam("id") @Nullable String id,
            @Context HttpHeaders headers) {
        byte[] found =
                id == null
                        ? searches.ids(request.query(true))
                        : searches.versions(parsed(id), request.filter());
        return Documents.json(found, headers);
    }

    private static Optional<PackageId> parsed(String id) {
        try {
            return Optional.of(PackageId.parse(id));
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }
}
