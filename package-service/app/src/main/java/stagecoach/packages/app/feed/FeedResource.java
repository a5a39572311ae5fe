package stagecoach.packages.app.feed;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.FeedAccess;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.packages.app.upstream.FeedCatalog;
import stagecoach.packages.app.upstream.FeedRow;
import stagecoach.packages.server.nuget.ServiceIndex;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.JsonBody;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.IdRule;

/** Feeds: the built-in one, and those outside that releases may take packages from. */
@Path("/api/v1/feeds")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Feeds")
public class FeedResource {
    private static final int HOLDERS_TOLD_MAX = 3;

    private final UnitOfWork unitOfWork;
    private final FeedCatalog catalog;
    private final BuiltInFeed builtIn;
    private final Caller caller;
    private final Clock clock;

    FeedResource(
            UnitOfWork unitOfWork,
            FeedCatalog catalog,
            BuiltInFeed builtIn,
            Caller caller,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.catalog = catalog;
        this.builtIn = builtIn;
        this.caller = caller;
        this.clock = clock;
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listFeeds", summary = "List feeds")
    public Listed<FeedView> list(@BeanParam PageRequest page, @Context UriInfo uri) {
        int limit = page.limit();
        String after = page.after().orElse("");
        List<FeedView> found =
                unitOfWork.run(
                        tx ->
                                Stream.concat(
                                                Stream.of(FeedView.builtIn(uri, builtIn.access(tx)))
                                                        .filter(
                                                                view ->
                                                                        view.id().compareTo(after)
                                                                                > 0),
                                                tx
                                                        .page(
                                                                FeedRow.class,
                                                                "from FeedRow where id > ?1 order by id",
                                                                limit + 1,
                                                                after)
                                                        .stream()
                                                        .map(FeedView::of))
                                        .sorted(Comparator.comparing(FeedView::id))
                                        .limit(limit + 1L)
                                        .toList());
        return page.page(found, FeedView::id, views -> views);
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getFeed", summary = "Read a feed")
    public RestResponse<FeedView> get(String id, @Context UriInfo uri) {
        if (id.equals(FeedId.BUILT_IN.value())) {
            return unitOfWork.run(
                    tx -> tagged(FeedView.builtIn(uri, builtIn.access(tx)), builtIn.revision(tx)));
        }
        return unitOfWork.run(
                tx -> tagged(FeedView.of(existing(tx, id)), catalog.revision(tx, id)));
    }

    /** Makes or replaces one; of the built-in feed only who may read it can be changed. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(
            operationId = "putFeed",
            summary = "Make or replace a feed",
            description =
                    "NUGET: the url is that of a service index (it ends with .json), or of a v2 service. FOLDER: the path under which the package-service sees a folder with packages. A password is taken and never given; who leaves out it or allowInsecureConnections keeps them, as long as user and server stay the same. readThrough names the ids (\"Shop.Core\", \"Shop.*\", \"*\") that the built-in feed answers from this one, unless a version of them was ever pushed here; of several feeds the one that says most of an id answers for it. bytesPerSecondMax and transfersMax count for what is brought from it, and, changed, for what is being brought after about a second. machinesRead lets machines read packages there themselves; they are told where it is, and no credentials. Of the feed \"built-in\" only access can be changed: PUBLIC lets anybody read under /nuget, KEYS (without it) those who show an API key.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FeedView.class),
                            examples =
                                    @ExampleObject(
                                            name = "a NuGet server with a token",
                                            value =
                                                    """
                                                    {"kind": "NUGET", "url": "https://nuget.example/v3/index.json", "credentials": {"username": "stagecoach", "password": "a token"}}""")))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FeedView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = FeedView.class)))
    public RestResponse<FeedView> put(
            String id,
            @BeanParam WriteRequest request,
            byte @Nullable [] body,
            @Context UriInfo uri) {
        Cause cause = Cause.of(clock, caller.actor());
        if (id.equals(FeedId.BUILT_IN.value())) {
            FeedAccess access = accessIn(JsonBody.of(body));
            return unitOfWork.run(tx -> putBuiltIn(tx, access, request, uri, cause));
        }
        return unitOfWork.run(
                tx -> {
                    if (!request.dryRun) {
                        FeedCatalog.lockAll(tx);
                    }
                    Optional<FeedRow> before = found(tx, id);
                    FeedRow after = catalog.read(tx, id, body, before);
                    Revision seen = catalog.revision(tx, id);
                    request.check(before.isPresent() ? seen : Revision.NONE, nameOf(id));
                    if (request.dryRun) {
                        return RestResponse.ok(FeedView.of(after));
                    }
                    Revision now = catalog.write(tx, before, after, cause);
                    if (request.ifMatch != null && now.number() > seen.number() + 1) {
                        // Somebody wrote between our look and the event, which is where one waits.
                        throw WriteRequest.changed(nameOf(id), now);
                    }
                    return before.isPresent()
                            ? tagged(FeedView.of(after), now)
                            : RestResponse.ResponseBuilder.create(
                                            RestResponse.Status.CREATED, FeedView.of(after))
                                    .location(URI.create("/api/v1/feeds/" + id))
                                    .header(HttpHeaders.ETAG, now.tag())
                                    .build();
                });
    }

    private RestResponse<FeedView> putBuiltIn(
            Tx tx, FeedAccess access, WriteRequest request, UriInfo uri, Cause cause) {
        Revision seen = builtIn.revision(tx);
        request.check(seen, nameOf(FeedId.BUILT_IN.value()));
        FeedView after = FeedView.builtIn(uri, access);
        if (request.dryRun) {
            return RestResponse.ok(after);
        }
        Revision now = builtIn.write(tx, access, cause);
        if (request.ifMatch != null && now.number() > seen.number() + 1) {
            // Somebody wrote between our look and the event, which is where one waits.
            throw WriteRequest.changed(nameOf(FeedId.BUILT_IN.value()), now);
        }
        return tagged(after, now);
    }

    private static FeedAccess accessIn(JsonBody body) {
        refuseChange(body, "id", FeedId.BUILT_IN.value());
        refuseChange(body, "name", BuiltInFeed.NAME);
        refuseChange(body, "kind", BuiltInFeed.KIND);
        Optional<FeedAccess> access = body.choice("access", FeedAccess.class);
        refuseLimit(body, "bytesPerSecondMax");
        refuseLimit(body, "transfersMax");
        body.ignore(
                "url",
                "credentials",
                "downloadAttempts",
                "downloadBackoff",
                "allowInsecureConnections",
                "machinesRead",
                "readThrough");
        body.refuseUnknown();
        body.mistakes().refuseIfAny();
        return access.orElse(FeedAccess.KEYS);
    }

    private static void refuseChange(JsonBody body, String field, String present) {
        if (body.text(field).filter(wanted -> !wanted.equals(present)).isPresent()) {
            body.mistake(
                    field,
                    "Of the feed \"built-in\" only access can be changed. Leave %s as it is."
                            .formatted(field));
        }
    }

    private static void refuseLimit(JsonBody body, String field) {
        if (body.integer(field, 0, Integer.MAX_VALUE).isPresent()) {
            body.mistake(
                    field,
                    "Nothing is brought from the feed \"built-in\": it is here. Limit a region, a cache or a deployment.");
        }
    }

    /** Removes one that no release needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteFeed", summary = "Remove a feed that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        if (id.equals(FeedId.BUILT_IN.value())) {
            throw inUse("The feed \"built-in\" always exists.");
        }
        Cause cause = Cause.of(clock, caller.actor());
        unitOfWork.execute(
                tx -> {
                    FeedRow row = existing(tx, id);
                    List<String> holders = catalog.holdersOf(tx, id, HOLDERS_TOLD_MAX);
                    if (!holders.isEmpty()) {
                        throw inUse(
                                "The feed \"%s\" gave packages that are needed by %s. Delete what needs them first."
                                        .formatted(id, String.join(", ", holders)));
                    }
                    catalog.remove(tx, row, cause);
                });
    }

    private static Rejection inUse(String sentence) {
        return new Rejection(Rejection.Kind.CONFLICT, "in-use", sentence);
    }

    private static RestResponse<FeedView> tagged(FeedView view, Revision revision) {
        return RestResponse.ResponseBuilder.ok(view)
                .header(HttpHeaders.ETAG, revision.tag())
                .build();
    }

    private static String nameOf(String id) {
        return "feed \"%s\"".formatted(id);
    }

    private Optional<FeedRow> found(Tx tx, String id) {
        return Optional.of(id)
                .filter(IdRule::allows)
                .flatMap(good -> catalog.find(tx, new FeedId(good)));
    }

    private FeedRow existing(Tx tx, String id) {
        return found(tx, id)
                .orElseThrow(
                        () ->
                                Rejection.notFound(
                                        "There is no feed \"%s\". There is %s."
                                                .formatted(
                                                        id, String.join(", ", catalog.ids(tx)))));
    }

    /**
     * A feed in the API.
     *
     * @param kind {@code BUILT_IN}, {@code NUGET} or {@code FOLDER}
     * @param url where NuGet clients find it; of a folder, its path
     * @param access of the built-in feed: {@code KEYS} or {@code PUBLIC}
     * @param downloadAttempts before a download is given up
     * @param downloadBackoff before the second attempt; it doubles
     * @param bytesPerSecondMax that come from a feed outside, together
     * @param transfersMax packages that come from it at once
     * @param allowInsecureConnections whether credentials may be sent by http, which others on the
     *     way can read
     * @param machinesRead whether machines may read packages there themselves, behind their caches
     *     and before the server
     * @param readThrough what the built-in feed answers from this one
     */
    @Schema(name = "Feed")
    public record FeedView(
            String id,
            String name,
            String kind,
            String url,
            @Nullable FeedAccess access,
            @Nullable CredentialsView credentials,
            @Nullable Integer downloadAttempts,
            @Nullable Duration downloadBackoff,
            @Nullable Long bytesPerSecondMax,
            @Nullable Integer transfersMax,
            @Nullable Boolean allowInsecureConnections,
            @Nullable Boolean machinesRead,
            @Nullable ReadThroughView readThrough) {
        static FeedView builtIn(UriInfo uri, FeedAccess access) {
            return new FeedView(
                    FeedId.BUILT_IN.value(),
                    BuiltInFeed.NAME,
                    BuiltInFeed.KIND,
                    uri.getBaseUri().resolve("nuget/v3/" + ServiceIndex.PATH).toString(),
                    access,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }

        static FeedView of(FeedRow row) {
            return new FeedView(
                    row.id,
                    row.name,
                    row.kind,
                    row.url,
                    null,
                    row.username == null ? null : new CredentialsView(row.username, null),
                    row.attempts,
                    Duration.ofMillis(row.backoffMillis),
                    row.bytesPerSecondMax,
                    row.transfersMax,
                    row.insecureAllowed,
                    row.machinesRead,
                    row.readThrough.isEmpty() ? null : new ReadThroughView(row.readThroughIds()));
        }
    }

    /**
     * What the built-in feed answers from a feed outside, unless it was ever pushed here.
     *
     * @param ids ids, beginnings of ids ({@code shop.*}), or all ({@code *})
     */
    @Schema(name = "FeedReadThrough")
    public record ReadThroughView(List<String> ids) {
        /** Copies the list. */
        public ReadThroughView {
            ids = List.copyOf(ids);
        }
    }

    /**
     * How a feed is read.
     *
     * @param password taken, and never given
     */
    @Schema(name = "FeedCredentials")
    public record CredentialsView(
            String username, @Schema(writeOnly = true) @Nullable String password) {}
}
