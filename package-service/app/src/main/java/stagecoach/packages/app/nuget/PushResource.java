package stagecoach.packages.app.nuget;

import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.server.blob.DiskFullException;
import stagecoach.packages.server.ingest.Ingestion;
import stagecoach.packages.server.ingest.PackageIngest;
import stagecoach.packages.server.ingest.Refusal;
import stagecoach.packages.server.ingest.UploadBrokenException;
import stagecoach.packages.server.nuget.MultipartPush;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.access.Problems;
import stagecoach.trust.NativeCrypto;
import stagecoach.vocabulary.packages.PackagePin;

/** Takes packages in, of any size up to the limit, as they come. */
@Path("/nuget/v3/" + ServiceIndex.PUBLISH_PATH)
@RunOnVirtualThread
@Tag(name = "NuGet")
public class PushResource {
    private final PackageIngest ingest;
    private final Listings listings;
    private final StoreCheck store;
    private final Problems problems;
    private final Clock clock;

    PushResource(
            PackageIngest ingest,
            Listings listings,
            StoreCheck store,
            Problems problems,
            Clock clock) {
        this.ingest = ingest;
        this.listings = listings;
        this.store = store;
        this.problems = problems;
        this.clock = clock;
    }

    /** The body as the API's document tells it. */
    @Schema(name = "PackageForm")
    record Form(
            @Schema(
                            name = "package",
                            type = SchemaType.STRING,
                            format = "binary",
                            required = true,
                            description = "The .nupkg file")
                    String file) {}

    /** Takes one package from the first part of a form. */
    @PUT
    @Consumes(MediaType.WILDCARD)
    @Needs(Role.PUSH)
    @Operation(operationId = "pushPackage", summary = "Push a package")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.MULTIPART_FORM_DATA,
                        schema = @Schema(implementation = Form.class)),
                @Content(
                        mediaType = MediaType.WILDCARD,
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @APIResponse(responseCode = "201", description = "Taken in")
    @APIResponse(responseCode = "400", description = "No package, or a dangerous one")
    @APIResponse(responseCode = "409", description = "The version is there already")
    @APIResponse(responseCode = "413", description = "Too large")
    @APIResponse(responseCode = "507", description = "The disk is full")
    public Response push(
            InputStream body, @Context HttpHeaders headers, @Context RoutingContext exchange)
            throws IOException {
        boolean _ = NativeCrypto.installFor(length(headers));
        var upload = new Upload(body);
        try {
            Response response =
                    answer(
                            upload,
                            Objects.requireNonNullElse(
                                    headers.getHeaderString(HttpHeaders.CONTENT_TYPE), ""));
            readToEnd(upload, exchange);
            return response;
        } catch (UploadBrokenException broken) {
            readToEnd(upload, exchange);
            return problems.response(400, "package-refused", String.valueOf(broken.getMessage()));
        } catch (DiskFullException full) {
            readToEnd(upload, exchange);
            Log.error("A package could not be taken in: the disk of the packages is full.", full);
            return problems.response(
                    507,
                    "disk-full",
                    "The server's disk of packages is full, so the package was not taken in. Make room (see retention), then push it again.");
        } catch (IOException e) {
            if (!upload.failed()) {
                throw e;
            }
            Log.debug("A sender went away in the middle of a package.", e);
            return problems.response(
                    400, "package-refused", "The upload was cut off. Send it again.");
        } catch (RuntimeException e) {
            readToEnd(upload, exchange);
            throw e;
        }
    }

    /**
     * A client that is still sending would not read the answer. One that goes on and on is closed
     * behind it: what nobody reads would be kept in memory.
     */
    static void readToEnd(Upload upload, RoutingContext exchange) throws IOException {
        if (!upload.drain()) {
            exchange.addEndHandler(_ -> exchange.request().connection().close());
        }
    }

    /**
     * How many bytes the body is said to have; 0 if that is not said. {@link
     * HttpHeaders#getLength()} counts no further than an int does.
     */
    static long length(HttpHeaders headers) {
        String told = headers.getHeaderString(HttpHeaders.CONTENT_LENGTH);
        return told == null ? 0 : Long.parseLong(told);
    }

    /** Takes a package out of searches; whoever names it can still download it. */
    @DELETE
    @Path("{id}/{version}")
    @Needs(Role.PUSH)
    @Operation(operationId = "unlistPackage", summary = "Unlist a package")
    @APIResponse(responseCode = "204", description = "Searches do not show it any more")
    @APIResponse(responseCode = "404", description = "No such package")
    public Response unlist(@PathParam("id") String id, @PathParam("version") String version)
            throws IOException {
        listings.set(id, version, false);
        return Response.noContent().build();
    }

    /** Puts a package back into searches. */
    @POST
    @Path("{id}/{version}")
    @Needs(Role.PUSH)
    @Operation(operationId = "relistPackage", summary = "List a package again")
    @APIResponse(responseCode = "200", description = "Searches show it")
    @APIResponse(responseCode = "404", description = "No such package")
    public Response relist(@PathParam("id") String id, @PathParam("version") String version)
            throws IOException {
        listings.set(id, version, true);
        return Response.ok().build();
    }

    private Response answer(Upload upload, String type) throws IOException {
        Ingestion ingestion = ingest.upload(MultipartPush.open(upload, type), clock.instant());
        return switch (ingestion) {
            case Ingestion.Added(var entry) -> {
                PackagePin pin = entry.pin();
                store.came(pin.sha512());
                Log.infof(
                        "A package was pushed. id=%s version=%s bytes=%d sha512=%s",
                        pin.id(), pin.version(), pin.size(), pin.sha512());
                yield Response.status(Response.Status.CREATED).build();
            }
            case Ingestion.Repeated(var entry) ->
                    problems.response(
                            409,
                            "package-exists",
                            "Package %s %s is there already, with the same content."
                                    .formatted(entry.pin().id(), entry.pin().version()));
            case Ingestion.Refused(Refusal refusal) -> refused(refusal);
        };
    }

    private Response refused(Refusal refusal) {
        return switch (refusal.code().kind()) {
            case INVALID -> problems.response(400, "package-refused", refusal.sentence());
            case CONFLICT -> problems.response(409, "package-exists", refusal.sentence());
            case TOO_LARGE -> problems.response(413, "package-too-large", refusal.sentence());
        };
    }
}
