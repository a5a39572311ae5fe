package stagecoach.packages.app.grant;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.keeping.Leases;
import stagecoach.packages.app.upstream.FeedCatalog;
import stagecoach.packages.server.grant.Reader;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;

/** Grants for tentacles, minted when the gateway is about to deliver. */
@Path(MintGrants.PATH)
@RunOnVirtualThread
public class GrantResource {
    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final FeedCatalog feeds;
    private final GrantAuthority grants;
    private final Leases leases;

    GrantResource(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            FeedCatalog feeds,
            GrantAuthority grants,
            Leases leases) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.feeds = feeds;
        this.grants = grants;
        this.leases = leases;
    }

    /**
     * One for each of the caches that is configured and wants to be shown something, where the
     * feeds are that machines may read now, and what the machine must keep whatever it needs room
     * for.
     */
    @POST
    @Operation(hidden = true)
    public MintGrants.Response mint(MintGrants.Request request) {
        Reader.Tentacle tentacle = tentacle(request.thumbprint());
        return new MintGrants.Response(
                unitOfWork.run(
                        tx ->
                                request.caches().stream()
                                        .flatMap(cache -> caches.find(tx, cache).stream())
                                        .flatMap(row -> grant(row, request, tentacle).stream())
                                        .toList()),
                request.agent()
                        .map(
                                agent ->
                                        unitOfWork.run(
                                                tx -> leases.neededAt(tx, HolderId.of(agent)))),
                request.feeds().isEmpty()
                        ? List.of()
                        : unitOfWork.run(
                                tx ->
                                        request.feeds().stream()
                                                .flatMap(
                                                        feed ->
                                                                feeds
                                                                        .placeForMachines(tx, feed)
                                                                        .stream())
                                                .toList()));
    }

    private Optional<CacheGrant> grant(
            CacheRow row, MintGrants.Request request, Reader.Tentacle tentacle) {
        var cache = new CacheId(row.id);
        return switch (row.kind()) {
            case STAGECOACH ->
                    Optional.of(
                            new CacheGrant(
                                    cache, grants.forTentacle(request.sha512(), tentacle, cache)));
            case NUGET ->
                    caches.credentials(row)
                            .authorization()
                            .map(header -> new CacheGrant(cache, header));
            case FOLDER -> Optional.empty();
        };
    }

    private static Reader.Tentacle tentacle(String thumbprint) {
        try {
            return new Reader.Tentacle(thumbprint);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("/thumbprint", String.valueOf(e.getMessage()));
        }
    }
}
