package stagecoach.packages.app.grant;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.server.grant.Reader;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;

/** Grants for tentacles, minted when the gateway is about to deliver. */
@Path("/internal/grants")
@RunOnVirtualThread
public class GrantResource {
    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final GrantAuthority grants;

    GrantResource(UnitOfWork unitOfWork, CacheCatalog caches, GrantAuthority grants) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.grants = grants;
    }

    /** One for each of the caches that is configured. */
    @POST
    @Operation(hidden = true)
    public MintGrants.Response mint(MintGrants.Request request) {
        Reader.Tentacle tentacle = tentacle(request.thumbprint());
        Set<CacheId> known = unitOfWork.run(tx -> caches.known(tx, request.caches()));
        return new MintGrants.Response(
                request.caches().stream()
                        .filter(known::contains)
                        .map(
                                cache ->
                                        new CacheGrant(
                                                cache,
                                                grants.forTentacle(
                                                        request.sha512(), tentacle, cache)))
                        .toList());
    }

    private static Reader.Tentacle tentacle(String thumbprint) {
        try {
            return new Reader.Tentacle(thumbprint);
        } catch (IllegalArgumentException e) {
            throw new InvalidInput("/thumbprint", String.valueOf(e.getMessage()));
        }
    }
}
