package stagecoach.packages.app.acquisition;

import io.quarkus.logging.Log;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.internal.ForeseeAcquisition;
import stagecoach.contracts.internal.ForeseeAcquisition.ToCache;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.packages.app.acquisition.AcquisitionTables.Held;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.transfer.StoreCheck;
import stagecoach.packages.app.upstream.FeedCatalog;
import stagecoach.packages.routing.Foresight;
import stagecoach.packages.routing.Foresight.Begun;
import stagecoach.packages.routing.KnownCache;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;

/** What an acquisition would move if it ran now, for the orchestrator's previews. */
@Path(ForeseeAcquisition.PATH)
@RunOnVirtualThread
public class ForesightResource {
    private final UnitOfWork unitOfWork;
    private final CacheCatalog caches;
    private final FeedCatalog feeds;
    private final AcquisitionTables tables;
    private final BegunCopies begun;
    private final PackageStore blobs;
    private final Clock clock;

    ForesightResource(
            UnitOfWork unitOfWork,
            CacheCatalog caches,
            FeedCatalog feeds,
            AcquisitionTables tables,
            BegunCopies begun,
            PackageStore blobs,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.caches = caches;
        this.feeds = feeds;
        this.tables = tables;
        this.begun = begun;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** Per target, per cache and per link. */
    @POST
    @Operation(hidden = true)
    public ForeseeAcquisition.Response foresee(ForeseeAcquisition.Request request)
            throws InterruptedException {
        Known known = unitOfWork.run(tx -> known(tx, request));
        Map<Sha512, Long> toFetch = toFetch(request, known.inCaches());
        ForeseeAcquisition.Response asFarAsKnown = known.foresee(request, toFetch, Map.of());
        List<ToCache> coming =
                asFarAsKnown.caches().stream().filter(copy -> copy.bytes() > 0).toList();
        return coming.isEmpty()
                ? asFarAsKnown
                : known.foresee(request, toFetch, begun.of(coming, request.forceDownload()));
    }

    /**
     * What the server does not have, as {@link StoreCheck} will see, and no cache can give back. An
     * interrupted fetch is gone on with.
     */
    private Map<Sha512, Long> toFetch(ForeseeAcquisition.Request request, Set<Held> inCaches) {
        Set<Sha512> copied = inCaches.stream().map(Held::sha512).collect(Collectors.toSet());
        Map<Sha512, Long> toFetch = new HashMap<>();
        for (PackageNeed need : request.needs()) {
            PackagePin pin = need.pinned().pin();
            if (!copied.contains(pin.sha512()) && !blobs.hasUnchecked(pin.sha512())) {
                long begun = begunHere(pin);
                toFetch.put(pin.sha512(), begun > pin.size() ? pin.size() : pin.size() - begun);
            }
        }
        return toFetch;
    }

    /** Nothing where that cannot be seen: a preview says then that all of it has to come. */
    private long begunHere(PackagePin pin) {
        try {
            return blobs.partialSize(pin.sha512());
        } catch (IOException e) {
            Log.debugf(e, "What has come of a package cannot be seen. sha512=%s", pin.sha512());
            return 0;
        }
    }

    private Known known(Tx tx, ForeseeAcquisition.Request request) {
        Set<Sha512> digests =
                request.needs().stream()
                        .map(need -> need.pinned().pin().sha512())
                        .collect(Collectors.toSet());
        return new Known(
                caches.routes(tx, request.needs()),
                caches.known(tx),
                feeds.machinesRead(tx, request.needs()),
                new HashSet<>(tables.inCaches(tx, digests)),
                new HashSet<>(tables.atTargets(tx, digests)),
                tables.begun(tx, digests, clock.instant()));
    }

    /** What was last seen to be held where, and how it gets there. */
    private record Known(
            List<RegionRoute> routes,
            List<KnownCache> caches,
            List<FeedId> machinesRead,
            Set<Held> inCaches,
            Set<Held> atTargets,
            Map<Held, Long> begunAtTargets) {
        ForeseeAcquisition.Response foresee(
                ForeseeAcquisition.Request request,
                Map<Sha512, Long> toFetch,
                Map<Held, Begun> begun) {
            return Foresight.foresee(
                    request.needs(),
                    routes,
                    caches,
                    machinesRead,
                    request.forceDownload(),
                    new Seen(inCaches, atTargets, begun, begunAtTargets, toFetch));
        }
    }

    private record Seen(
            Set<Held> caches,
            Set<Held> targets,
            Map<Held, Begun> begunInCaches,
            Map<Held, Long> begunAtTargets,
            Map<Sha512, Long> toFetch)
            implements Foresight.Holdings {
        @Override
        public boolean cacheHolds(CacheId cache, Sha512 sha512) {
            return caches.contains(new Held(cache.value(), sha512));
        }

        @Override
        public boolean targetHolds(HolderId target, Sha512 sha512) {
            return targets.contains(new Held(target.value(), sha512));
        }

        @Override
        public Begun inCache(CacheId cache, Sha512 sha512) {
            return begunInCaches.getOrDefault(new Held(cache.value(), sha512), Begun.NOTHING);
        }

        @Override
        public long atTarget(HolderId target, Sha512 sha512) {
            return begunAtTargets.getOrDefault(new Held(target.value(), sha512), 0L);
        }

        @Override
        public long toFetch(PinnedPackage pinned) {
            return pinned.feed().equals(FeedId.BUILT_IN)
                    ? 0
                    : toFetch.getOrDefault(pinned.pin().sha512(), 0L);
        }
    }
}
