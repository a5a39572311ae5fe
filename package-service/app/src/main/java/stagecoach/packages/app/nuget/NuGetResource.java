package stagecoach.packages.app.nuget;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.index.BlobAnswers;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.app.upstream.Deadline;
import stagecoach.packages.app.upstream.ReadThrough.Given;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.packages.server.nuget.FlatPath;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** Service index and flat container of the built-in feed (NuGet v3). */
@Path("/nuget/v3")
@RunOnVirtualThread
@Tag(name = "NuGet")
public class NuGetResource {
    private final FlatContainer packages;
    private final BlobAnswers blobs;
    private final StoreCheck store;
    private final UnitOfWork unitOfWork;
    private final Leases leases;
    private final FromOutside outside;

    NuGetResource(
            FlatContainer packages,
            BlobAnswers blobs,
            StoreCheck store,
            UnitOfWork unitOfWork,
            Leases leases,
            FromOutside outside) {
        this.packages = packages;
        this.blobs = blobs;
        this.store = store;
        this.unitOfWork = unitOfWork;
        this.leases = leases;
        this.outside = outside;
    }

    /** Where everything is, with the addresses by which the client came. */
    @GET
    @Path(ServiceIndex.PATH)
    @Operation(operationId = "getPackageSource", summary = "Read the NuGet service index")
    public Response index(@Context UriInfo uri, @Context HttpHeaders headers) {
        return Documents.json(ServiceIndex.json(uri.getAbsolutePath().resolve(".")), headers);
    }

    /** A list of versions, a package or a nuspec. */
    @GET
    @Path("flatcontainer/{path:.+}")
    @Operation(
            operationId = "getPackageContent",
            summary = "Read versions, a package or its nuspec")
    @APIResponse(
            responseCode = "200",
            description = "Versions as JSON, a package as bytes, or its nuspec as XML",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON),
                @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM),
                @Content(mediaType = MediaType.APPLICATION_XML)
            })
    @APIResponse(responseCode = "206", description = "The part of a package that Range asks for")
    @APIResponse(responseCode = "304", description = "As If-None-Match says")
    @APIResponse(responseCode = "416", description = "There is no such part")
    public Response get(@PathParam("path") String path, @Context HttpHeaders headers)
            throws IOException {
        return answer(path, false, headers);
    }

    /** Whether a package is there, and its length. */
    @HEAD
    @Path("flatcontainer/{path:.+}")
    @Operation(operationId = "headPackageContent", summary = "See whether a package is there")
    public Response head(@PathParam("path") String path, @Context HttpHeaders headers)
            throws IOException {
        return answer(path, true, headers);
    }

    private Response answer(String path, boolean head, HttpHeaders headers) throws IOException {
        Optional<FlatPath> asked = FlatPath.parse(path);
        Optional<Response> found =
                asked.isEmpty() ? Optional.empty() : found(asked.get(), head, headers);
        return found.orElseThrow(
                () ->
                        new Rejection(
                                Rejection.Kind.NOT_FOUND,
                                "not-found",
                                "The built-in feed has nothing at %s.".formatted(path)));
    }

    private Optional<Response> found(FlatPath asked, boolean head, HttpHeaders headers)
            throws IOException {
        Deadline deadline = FromOutside.deadline();
        return switch (asked) {
            case FlatPath.Versions(var id) ->
                    packages.versions(id)
                            .or(
                                    () ->
                                            outside.asked(
                                                    headers,
                                                    deadline,
                                                    (o, until) ->
                                                            FlatContainer.document(
                                                                    o.versions(id, until))))
                            .map(versions -> Documents.json(versions, headers));
            case FlatPath.Nuspec(var id, var version) ->
                    nuspec(id, version, headers, deadline)
                            .map(xml -> Documents.of(xml, MediaType.APPLICATION_XML_TYPE, headers));
            case FlatPath.Nupkg(var id, var version) -> {
                Optional<Given> given = given(id, version, head, headers, deadline);
                if (given.isPresent() && !head) {
                    refuseDamaged(given.get(), deadline);
                }
                yield given.isEmpty()
                        ? Optional.empty()
                        : blobs.answer(given.get().pin().sha512(), head, headers);
            }
        };
    }

    private Optional<byte[]> nuspec(
            PackageId id, PackageVersion version, HttpHeaders headers, Deadline deadline)
            throws IOException {
        Optional<Given> given = given(id, version, true, headers, deadline);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        // It is read out of the package.
        refuseDamaged(given.get(), deadline);
        return packages.nuspec(given.get().pin());
    }

    /** These clients compare no digest. What it took to bring it is of their patience, too. */
    private void refuseDamaged(Given given, Deadline deadline) {
        Optional<String> problem;
        try {
            problem = store.checkForReaders(given.feed(), given.pin(), deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = Optional.of("The server is being stopped.");
        }
        if (problem.isPresent()) {
            throw new Rejection(Rejection.Kind.NOT_YET, "package-damaged", problem.get());
        }
    }

    private Optional<Given> given(
            PackageId id,
            PackageVersion version,
            boolean head,
            HttpHeaders headers,
            Deadline deadline) {
        Optional<PackageEntry> entry = packages.nupkg(id, version);
        if (entry.isEmpty()) {
            return outside.asked(headers, deadline, (o, until) -> o.give(id, version, until));
        }
        if (!head) {
            unitOfWork.execute(tx -> leases.touch(tx, entry.get().pin().sha512()));
        }
        return entry.map(ours -> new Given(FeedId.BUILT_IN, ours.pin()));
    }
}
