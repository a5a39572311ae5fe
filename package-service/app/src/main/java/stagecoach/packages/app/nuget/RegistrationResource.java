package stagecoach.packages.app.nuget;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.decider.Rejection;
import stagecoach.packages.feeds.protocol.VersionSpan;
import stagecoach.packages.server.nuget.FeedUrls;
import stagecoach.packages.server.nuget.Hive;
import stagecoach.packages.server.nuget.RegistrationPath;
import stagecoach.packages.server.nuget.Registrations;

/** What clients read of a package before they download it (NuGet v3), in three hives. */
@Path("/nuget/v3/" + Hive.FOLDER)
@RunOnVirtualThread
@Tag(name = "NuGet")
public class RegistrationResource {
    private final Registrations registrations;
    private final FromOutside outside;

    RegistrationResource(Registrations registrations, FromOutside outside) {
        this.registrations = registrations;
        this.outside = outside;
    }

    /** All versions of a package, a page of them, or one. */
    @GET
    @Path("{hive}/{path:.+}")
    @Operation(
            operationId = "getPackageRegistration",
            summary = "Read what a package says of its versions")
    public Response get(
            @PathParam("hive") String hive,
            @PathParam("path") String path,
            @Context UriInfo uri,
            @Context HttpHeaders headers) {
        return Hive.parse(hive)
                .flatMap(known -> answer(known, path, uri, headers))
                .orElseThrow(
                        () ->
                                Rejection.notFound(
                                        "The built-in feed has no registration at %s."
                                                .formatted(path)));
    }

    private Optional<Response> answer(Hive hive, String path, UriInfo uri, HttpHeaders headers) {
        FeedUrls urls = FeedFolder.urls(uri);
        return RegistrationPath.parse(path)
                .flatMap(asked -> document(asked, hive, urls, headers))
                .map(
                        document ->
                                hive.compressed()
                                        ? Documents.gzip(document, headers)
                                        : Documents.json(document, headers));
    }

    private Optional<byte[]> document(
            RegistrationPath asked, Hive hive, FeedUrls urls, HttpHeaders headers) {
        // One document never mixes what is ours with what is not.
        return registrations
                .document(asked, hive, urls)
                .or(
                        () ->
                                outside.asked(
                                        headers,
                                        FromOutside.deadline(),
                                        (o, deadline) ->
                                                Registrations.document(
                                                        asked,
                                                        hive,
                                                        urls,
                                                        o.registered(
                                                                asked.id(),
                                                                span(asked),
                                                                deadline))));
    }

    /** What the document tells of. */
    private static VersionSpan span(RegistrationPath asked) {
        return switch (asked) {
            case RegistrationPath.Index _ -> VersionSpan.ALL;
            case RegistrationPath.Page(_, var lower, var upper) ->
                    VersionSpan.between(lower, upper);
            case RegistrationPath.Leaf(_, var version) -> VersionSpan.just(version);
        };
    }
}
