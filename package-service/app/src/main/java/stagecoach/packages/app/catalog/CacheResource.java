package stagecoach.packages.app.catalog;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.decider.Rejection;
import stagecoach.runtime.access.Caller;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.access.Listed;
import stagecoach.runtime.access.Needs;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.request.PageRequest;
import stagecoach.runtime.request.Revision;
import stagecoach.runtime.request.WriteRequest;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.IdRule;
import stagecoach.vocabulary.identity.RegionId;

/** Caches: servers, or folders, near a region's machines. */
@Path("/api/v1/caches")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Configuration")
public class CacheResource {
    private static final String REGIONS = "regions/";
    private static final Duration REGION_WITHIN = Duration.ofSeconds(3);
    private static final Duration REGION_POLL = Duration.ofMillis(50);

    private final UnitOfWork unitOfWork;
    private final CacheCatalog catalog;
    private final MeasuredLatencies latencies;
    private final Caller caller;
    private final Clock clock;
    private final Optional<String> publicUrl;

    CacheResource(
            UnitOfWork unitOfWork,
            CacheCatalog catalog,
            MeasuredLatencies latencies,
            Caller caller,
            Clock clock,
            @ConfigProperty(name = "STAGECOACH_PUBLIC_URL") Optional<String> publicUrl) {
        this.unitOfWork = unitOfWork;
        this.catalog = catalog;
        this.latencies = latencies;
        this.caller = caller;
        this.clock = clock;
        this.publicUrl = publicUrl.map(url -> url.replaceAll("/+$", ""));
    }

    /** Makes or replaces one. */
    @PUT
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "putCache", summary = "Make or replace a cache")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CacheView.class)))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CacheView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Replaced",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = CacheView.class)))
    public RestResponse<CacheView> put(
            String id, @BeanParam WriteRequest request, byte @Nullable [] body) {
        refuseBadId(id);
        Cause cause = Cause.of(clock, caller.actor());
        Optional<String> region = CacheRequest.regionIn(body);
        Set<String> assumed = assumedRegions(request);
        if (region.isPresent() && !assumed.contains(region.get())) {
            awaitRegion(region.get());
        }
        return unitOfWork.run(
                tx -> {
                    Set<String> regions = new HashSet<>(catalog.regions(tx));
                    regions.addAll(assumed);
                    CacheCatalog.lockAll(tx);
                    Optional<CacheRow> before = tx.find(CacheRow.class, id);
                    CacheRow after =
                            CacheRequest.read(id, body, regions, publicUrl, before, catalog);
                    Revision seen = catalog.revision(tx, id);
                    request.check(before.isPresent() ? seen : Revision.NONE, name(id));
                    if (request.dryRun) {
                        return RestResponse.ok(CacheView.of(after));
                    }
                    Revision now = catalog.write(tx, before, after, cause);
                    if (request.ifMatch != null && now.number() > seen.number() + 1) {
                        // Somebody wrote between our look and the event, which is where one waits.
                        throw WriteRequest.changed(name(id), now);
                    }
                    return before.isPresent()
                            ? tagged(after, now)
                            : RestResponse.ResponseBuilder.create(
                                            RestResponse.Status.CREATED, CacheView.of(after))
                                    .location(URI.create("/api/v1/caches/" + id))
                                    .header(HttpHeaders.ETAG, now.tag())
                                    .build();
                });
    }

    private static RestResponse<CacheView> tagged(CacheRow row, Revision revision) {
        return RestResponse.ResponseBuilder.ok(CacheView.of(row))
                .header(HttpHeaders.ETAG, revision.tag())
                .build();
    }

    private static String name(String id) {
        return "cache \"%s\"".formatted(id);
    }

    private static Set<String> assumedRegions(WriteRequest request) {
        return request.assumed().stream()
                .filter(path -> path.startsWith(REGIONS))
                .map(path -> path.substring(REGIONS.length()))
                .collect(Collectors.toSet());
    }

    /** A region that was made a moment ago is on its way to us: only then is it unknown. */
    private void awaitRegion(String region) {
        long giveUp = System.nanoTime() + REGION_WITHIN.toNanos();
        while (!unitOfWork.run(catalog::regions).contains(region) && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(REGION_POLL.toNanos());
        }
    }

    /** Reads one. */
    @GET
    @Path("{id}")
    @Operation(operationId = "getCache", summary = "Read a cache")
    public RestResponse<CacheView> get(String id) {
        return unitOfWork.run(tx -> tagged(existing(tx, id), catalog.revision(tx, id)));
    }

    /** Lists them by id. */
    @GET
    @Operation(operationId = "listCaches", summary = "List caches")
    public Listed<CacheView> list(@BeanParam PageRequest page) {
        int limit = page.limit();
        String after = page.after().orElse("");
        return unitOfWork.run(
                tx ->
                        page.page(
                                tx.page(
                                        CacheRow.class,
                                        "from CacheRow where id > ?1 order by id",
                                        limit + 1,
                                        after),
                                row -> row.id,
                                rows -> rows.stream().map(CacheView::of).toList()));
    }

    /** How far it is from machines, as these have measured. */
    @GET
    @Path("{id}/latencies")
    @Operation(
            operationId = "listCacheLatencies",
            summary = "How far a cache is from the machines that have measured it")
    public Listed<LatencyView> latencies(String id, @BeanParam PageRequest page) {
        int limit = page.limit();
        String after = page.after().orElse("");
        return unitOfWork.run(
                tx ->
                        page.page(
                                latencies.of(
                                        tx, new CacheId(existing(tx, id).id), after, limit + 1),
                                told -> told.agent().value(),
                                told -> told.stream().map(LatencyView::of).toList()));
    }

    /** Removes one that nobody needs. */
    @DELETE
    @Path("{id}")
    @Needs(Role.CONFIGURE)
    @Operation(operationId = "deleteCache", summary = "Remove a cache that is not in use")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(String id) {
        Cause cause = Cause.of(clock, caller.actor());
        unitOfWork.execute(
                tx -> {
                    CacheRow row = existing(tx, id);
                    List<String> users = catalog.usersOf(tx, id);
                    if (!users.isEmpty()) {
                        throw new Rejection(
                                Rejection.Kind.CONFLICT,
                                "in-use",
                                "The cache \"%s\" is in use by %s. Wait for the end of their acquisitions."
                                        .formatted(id, String.join(", ", users)));
                    }
                    catalog.remove(tx, row, cause);
                });
    }

    private static CacheRow existing(Tx tx, String id) {
        return Optional.of(id)
                .filter(IdRule::allows)
                .flatMap(good -> tx.find(CacheRow.class, good))
                .orElseThrow(() -> Rejection.notFound("There is no cache \"%s\".".formatted(id)));
    }

    private static void refuseBadId(String id) {
        if (!IdRule.allows(id)) {
            throw new InvalidInput("/id", IdRule.refusal("cache", id) + ".");
        }
    }

    /**
     * A cache in the API.
     *
     * @param kind {@code STAGECOACH}, {@code FOLDER} or {@code NUGET}
     * @param url as the region's machines reach it; of a folder, {@code file:///…}; of a NuGet
     *     server, that of its service index
     * @param pushUrl as the server reaches it
     * @param pullUrl as it reaches the server; {@code STAGECOACH} only
     * @param thumbprint the SHA-256 of its certificate, hexadecimal; not of a {@code FOLDER}
     * @param credentials what a NuGet server is shown
     * @param allowInsecureConnections whether these may be sent by http, which others on the way
     *     can read; {@code NUGET} only; without it, as before, if user and servers are unchanged
     * @param priority a lower one is tried first
     * @param bytesPerSecondMax that it pulls from the server
     * @param transfersMax packages that it pulls from the server at once
     */
    @Schema(name = "Cache")
    public record CacheView(
            String id,
            String name,
            String region,
            String kind,
            String url,
            String pushUrl,
            @Nullable String pullUrl,
            @Nullable String thumbprint,
            @Nullable CacheCredentialsView credentials,
            @Schema(nullable = true) @Nullable Boolean allowInsecureConnections,
            int priority,
            @Schema(nullable = true) @Nullable Long bytesPerSecondMax,
            @Schema(nullable = true) @Nullable Integer transfersMax) {
        static CacheView of(CacheRow row) {
            return new CacheView(
                    row.id,
                    row.name,
                    row.region,
                    row.kind,
                    row.url,
                    row.pushUrl,
                    told(row.pullUrl),
                    told(row.thumbprint),
                    row.credentials == null
                            ? null
                            : new CacheCredentialsView(null, row.username, null),
                    row.kind() == CacheKind.NUGET ? row.insecureAllowed : null,
                    row.priority,
                    row.bytesPerSecondMax,
                    row.transfersMax);
        }

        private static @Nullable String told(String text) {
            return text.isEmpty() ? null : text;
        }
    }

    /**
     * How far a cache is from a machine.
     *
     * @param machine {@code target:} or {@code worker:} and its id
     * @param region where it is, once it has needed a package
     * @param millis for a connection and the first byte
     * @param at when it told
     */
    @Schema(name = "CacheLatency")
    public record LatencyView(
            String machine,
            @Schema(nullable = true) @Nullable String region,
            int millis,
            Instant at) {
        static LatencyView of(MeasuredLatencies.Told told) {
            return new LatencyView(
                    told.agent().value(),
                    told.region().map(RegionId::value).orElse(null),
                    told.millis(),
                    told.at());
        }
    }

    /**
     * What a NuGet server is shown.
     *
     * @param apiKey to push; taken, and never given
     * @param password taken, and never given
     */
    @Schema(name = "CacheCredentials")
    public record CacheCredentialsView(
            @Schema(writeOnly = true) @Nullable String apiKey,
            @Nullable String username,
            @Schema(writeOnly = true) @Nullable String password) {}
}
