package stagecoach.orchestrator.app.progress.acquisition;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionStarted;
import stagecoach.contracts.acquisition.AcquisitionEvent.IntegrityBroken;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackagePinned;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStoreFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageStored;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.acquisition.AcquisitionEvent.ReplicationFailed;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquired;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquiring;
import stagecoach.contracts.acquisition.AcquisitionEvent.TargetAcquisitionFailed;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.orchestrator.app.progress.Warnings;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

/** The rows of one acquisition run, inside one transaction. */
final class AcquisitionRows {
    private final Tx tx;
    private final String deployment;
    private final int run;
    private final LinkRows links;

    /** Who holds or shall hold a package. */
    enum HolderKind {
        TARGET,
        WORKER,
        CACHE;

        static HolderKind of(HolderId holder) {
            return holder.worker().isPresent() ? WORKER : TARGET;
        }
    }

    AcquisitionRows(Tx tx, RunId run) {
        this.tx = tx;
        this.deployment = run.deployment().value();
        this.run = run.run().value();
        this.links = new LinkRows(tx, deployment);
    }

    /**
     * A row for each package and machine that needs it, and for each cache that is filled first.
     */
    void begin(AcquisitionStarted started) {
        for (PackageNeed need : started.needs()) {
            Set<RegionId> regions = new LinkedHashSet<>();
            for (NeedingTarget target : need.targets()) {
                await(
                        need.pinned().pin(),
                        HolderKind.of(target.target()),
                        bare(target.target()),
                        target.region(),
                        started.attempt());
                target.region().ifPresent(regions::add);
            }
            if (travelsByCache(need.pinned())) {
                for (RegionRoute route : started.routes()) {
                    if (route.region().filter(regions::contains).isPresent()) {
                        for (Source.OfCache cache : route.own()) {
                            await(
                                    need.pinned().pin(),
                                    HolderKind.CACHE,
                                    cache.cache().value(),
                                    route.region(),
                                    started.attempt());
                        }
                    }
                }
            }
        }
    }

    /** A worker may be called like a target; the kind of the row tells them apart. */
    private static String bare(HolderId holder) {
        return holder.agent().bareId();
    }

    private static boolean travelsByCache(PinnedPackage pinned) {
        return pinned.acquisitionLocation() == AcquisitionLocation.EXECUTION_TARGET
                && pinned.source() == PackageSource.NEAREST_CACHE;
    }

    private void await(
            PackagePin pin,
            HolderKind kind,
            String holder,
            Optional<RegionId> region,
            int attempt) {
        tx.executeLater(
                """
                INSERT INTO acquisition_row (deployment, package, version, holder_kind, holder,
                    package_shown, size, region, run, attempt, state)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'PENDING')
                ON CONFLICT (deployment, package, version, holder_kind, holder) DO UPDATE SET
                    size = excluded.size, region = excluded.region, run = excluded.run,
                    attempt = excluded.attempt, state = 'PENDING', served_kind = NULL,
                    served_cache = NULL, bytes = 0, bytes_resumed = 0, attempts = 0,
                    started_at = NULL, ended_at = NULL, reason = NULL""",
                deployment,
                pin.id().lower(),
                pin.version().toString(),
                kind,
                holder,
                pin.id().value(),
                pin.size(),
                region.map(RegionId::value).orElse(""),
                run,
                attempt);
    }

    void pinned(PackagePinned pinned) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET size = ?4
                WHERE deployment = ?1 AND package = ?2 AND version = ?3""",
                deployment,
                pinned.pin().id().lower(),
                pinned.pin().version().toString(),
                pinned.pin().size());
    }

    void stored(PackageStored stored) {
        links.add("feed:" + stored.feed(), LinkRows.SERVER, stored.bytes());
    }

    /** Without its bytes at the server nobody is brought the package. */
    void storeFailed(PackageStoreFailed failed, Instant at) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = 'FAILED', reason = ?4, ended_at = ?5
                WHERE deployment = ?1 AND package = ?2 AND version = ?3 AND holder_kind = 'CACHE'
                    AND state IN ('PENDING', 'RUNNING')""",
                deployment,
                failed.pin().id().lower(),
                failed.pin().version().toString(),
                failed.reason(),
                at);
    }

    void replicated(PackageReplicated replicated, Instant at) {
        String region = links.regionOf(replicated.cache());
        ensureCache(replicated.pin(), replicated.cache(), region);
        end(
                replicated.pin(),
                HolderKind.CACHE,
                replicated.cache().value(),
                "SUCCEEDED",
                replicated.bytes(),
                replicated.bytesResumed(),
                replicated.attempts(),
                null,
                at);
        links.add(LinkRows.SERVER, region, replicated.bytes());
    }

    void replicationFailed(ReplicationFailed failed, Instant at) {
        ensureCache(failed.pin(), failed.cache(), links.regionOf(failed.cache()));
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = 'FAILED', reason = ?5, ended_at = ?6
                WHERE deployment = ?1 AND package = ?2 AND version = ?3
                    AND holder_kind = 'CACHE' AND holder = ?4""",
                deployment,
                failed.pin().id().lower(),
                failed.pin().version().toString(),
                failed.cache().value(),
                failed.reason(),
                at);
    }

    void acquiring(TargetAcquiring acquiring, Instant at) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = 'RUNNING', started_at = ?5
                WHERE deployment = ?1 AND package = ?2 AND version = ?3
                    AND holder_kind = ?6 AND holder = ?4""",
                deployment,
                acquiring.pin().id().lower(),
                acquiring.pin().version().toString(),
                bare(acquiring.target()),
                at,
                HolderKind.of(acquiring.target()));
    }

    void acquired(TargetAcquired acquired, Instant at) {
        HolderKind kind = HolderKind.of(acquired.target());
        String holder = bare(acquired.target());
        end(
                acquired.pin(),
                kind,
                holder,
                "SUCCEEDED",
                acquired.bytes(),
                acquired.bytesResumed(),
                acquired.attempts(),
                acquired.servedBy(),
                at);
        String to = links.regionOf(acquired.pin(), kind, holder);
        switch (acquired.servedBy().kind()) {
            case HELD -> {}
            case CACHE ->
                    links.add(
                            acquired.servedBy().cache().map(links::regionOf).orElse(""),
                            to,
                            acquired.bytes());
            case FEED ->
                    links.add(
                            acquired.servedBy().feed().map(feed -> "feed:" + feed).orElse("feed"),
                            to,
                            acquired.bytes());
            case SERVER -> links.add(LinkRows.SERVER, to, acquired.bytes());
        }
    }

    void failed(TargetAcquisitionFailed failed, Instant at) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = ?8, reason = ?5, ended_at = ?6
                WHERE deployment = ?1 AND package = ?2 AND version = ?3
                    AND holder_kind = ?7 AND holder = ?4""",
                deployment,
                failed.pin().id().lower(),
                failed.pin().version().toString(),
                bare(failed.target()),
                failed.hop().isBlank()
                        ? failed.reason()
                        : "%s: %s".formatted(failed.hop(), failed.reason()),
                at,
                HolderKind.of(failed.target()),
                failed.isLeftOut() ? "SKIPPED" : "FAILED");
    }

    void broken(IntegrityBroken broken, Instant at) {
        Warnings.add(
                tx,
                deployment,
                null,
                null,
                "%s held other bytes under the name of %s %s; they were not used"
                        .formatted(broken.holder(), broken.pin().id(), broken.pin().version()),
                at);
    }

    /** Nothing stays open behind the end of a run. */
    void end(AcquisitionEnded ended, Instant at) {
        for (MissingPackage missing : ended.missing()) {
            tx.executeLater(
                    """
                    UPDATE acquisition_row SET state = 'FAILED', reason = ?5, ended_at = ?6
                    WHERE deployment = ?1 AND package = ?2 AND version = ?3
                        AND holder_kind = ?7 AND holder = ?4
                        AND state IN ('PENDING', 'RUNNING')""",
                    deployment,
                    missing.pin().id().lower(),
                    missing.pin().version().toString(),
                    bare(missing.target()),
                    missing.reason(),
                    at,
                    HolderKind.of(missing.target()));
        }
        String rest =
                switch (ended.outcome()) {
                    case SUCCEEDED -> "SKIPPED";
                    case FAILED, NEEDS_GUIDANCE, INTERVENTION_REACHED -> "FAILED";
                    case CANCELLED -> "CANCELLED";
                };
        String reason =
                ended.outcome() == RunOutcome.SUCCEEDED
                        ? "not needed"
                        : ended.reason().orElse("the acquisition ended before");
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = ?3, reason = ?4, ended_at = ?5
                WHERE deployment = ?1 AND run = ?2 AND state IN ('PENDING', 'RUNNING')""",
                deployment,
                run,
                rest,
                reason,
                at);
    }

    private void end(
            PackagePin pin,
            HolderKind kind,
            String holder,
            String state,
            long bytes,
            long bytesResumed,
            int attempts,
            @Nullable ServedBy servedBy,
            Instant at) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = ?6, bytes = ?7, bytes_resumed = ?8, attempts = ?9,
                    served_kind = ?10, served_cache = ?11, ended_at = ?12,
                    started_at = coalesce(started_at, ?12), reason = NULL
                WHERE deployment = ?1 AND package = ?2 AND version = ?3
                    AND holder_kind = ?4 AND holder = ?5""",
                deployment,
                pin.id().lower(),
                pin.version().toString(),
                kind,
                holder,
                state,
                bytes,
                bytesResumed,
                attempts,
                servedBy == null ? null : servedBy.kind().name(),
                servedBy == null ? null : servedBy.cache().map(CacheId::value).orElse(null),
                at);
    }

    /** A cache that the run's routes did not name, but that was filled all the same. */
    private void ensureCache(PackagePin pin, CacheId cache, String region) {
        tx.executeLater(
                """
                INSERT INTO acquisition_row (deployment, package, version, holder_kind, holder,
                    package_shown, size, region, run, attempt, state)
                VALUES (?1, ?2, ?3, 'CACHE', ?4, ?5, ?6, ?7, ?8, 1, 'PENDING')
                ON CONFLICT DO NOTHING""",
                deployment,
                pin.id().lower(),
                pin.version().toString(),
                cache.value(),
                pin.id().value(),
                pin.size(),
                region,
                run);
    }

    /** How far a package has come; an end that was told already counts more. */
    static void progressed(
            Tx tx,
            String deployment,
            PackagePin pin,
            HolderKind kind,
            String holder,
            long bytes,
            Instant now) {
        tx.executeLater(
                """
                UPDATE acquisition_row SET state = 'RUNNING', bytes = greatest(bytes, ?6),
                    started_at = coalesce(started_at, ?7)
                WHERE deployment = ?1 AND package = ?2 AND version = ?3
                    AND holder_kind = ?4 AND holder = ?5 AND state IN ('PENDING', 'RUNNING')""",
                deployment,
                pin.id().lower(),
                pin.version().toString(),
                kind,
                holder,
                bytes,
                now);
    }
}
