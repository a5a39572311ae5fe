package stagecoach.packages.app.acquisition;

import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.packages.app.acquisition.AcquisitionTables.Held;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.routing.Foresight;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.Sha512;

/** What an acquisition would move if it ran now, for the orchestrator's previews. */
@Path(ForeseeAcquisition.PATH)
@RunOnVirtualThread
public class ForesightResource {
    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final AcquisitionTables tables;

    ForesightResource(UnitOfWork unitOfWork, CacheCatalog caches, AcquisitionTables tables) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.tables = tables;
    }

    /** Per target, per cache and per link. */
    @POST
    @Operation(hidden = true)
    public ForeseeAcquisition.Response foresee(ForeseeAcquisition.Request request) {
        Set<Sha512> digests =
                request.needs().stream()
                        .map(need -> need.pinned().pin().sha512())
                        .collect(Collectors.toSet());
        return unitOfWork.run(
                tx ->
                        Foresight.foresee(
                                request.needs(),
                                caches.routes(tx, request.needs()),
                                caches.known(tx),
                                request.forceDownload(),
                                new Seen(
                                        new HashSet<>(tables.inCaches(tx, digests)),
                                        new HashSet<>(tables.atTargets(tx, digests)))));
    }

    /** What was last seen to be held where. */
    private record Seen(Set<Held> caches, Set<Held> targets) implements Foresight.Holdings {
        @Override
        public boolean cacheHolds(CacheId cache, Sha512 sha512) {
            return caches.contains(new Held(cache.value(), sha512));
        }

        @Override
        public boolean targetHolds(HolderId target, Sha512 sha512) {
            return targets.contains(new Held(target.value(), sha512));
        }
    }
}
