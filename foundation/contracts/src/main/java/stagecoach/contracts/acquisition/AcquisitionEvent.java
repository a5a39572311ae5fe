package stagecoach.contracts.acquisition;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.MissingPackage;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * What happens while packages are brought where they are needed; stream {@code
 * acquisition-<deployment>-<run>}.
 */
public sealed interface AcquisitionEvent {
    /**
     * An acquisition run begins.
     *
     * @param routes per region of the needs, the caches to fill and to try, nearest first
     * @param held what caches held when it began, as far as known; nothing if it is forced
     * @param machinesRead the feeds of the needs that machines may read themselves
     */
    record AcquisitionStarted(
            DeploymentId deployment,
            ProjectId project,
            EnvironmentId environment,
            Run run,
            int attempt,
            Purpose purpose,
            List<PackageNeed> needs,
            boolean forceDownload,
            List<RegionRoute> routes,
            List<HeldInCache> held,
            List<FeedId> machinesRead)
            implements AcquisitionEvent {
        /**
         * Copies the lists; a run of before it was looked up knows of nothing that is held, and of
         * no feed that machines read.
         */
        public AcquisitionStarted {
            needs = List.copyOf(needs);
            routes = List.copyOf(routes);
            held = held == null ? List.of() : List.copyOf(held);
            machinesRead = machinesRead == null ? List.of() : List.copyOf(machinesRead);
        }

        /** A run that knows of nothing that is held. */
        public AcquisitionStarted(
                DeploymentId deployment,
                ProjectId project,
                EnvironmentId environment,
                Run run,
                int attempt,
                Purpose purpose,
                List<PackageNeed> needs,
                boolean forceDownload,
                List<RegionRoute> routes) {
            this(
                    deployment,
                    project,
                    environment,
                    run,
                    attempt,
                    purpose,
                    needs,
                    forceDownload,
                    routes,
                    List.of(),
                    List.of());
        }
    }

    /** A cache that was last seen to hold a package. */
    record HeldInCache(CacheId cache, Sha512 sha512) {}

    /**
     * Where a region's targets look, in order.
     *
     * @param region empty for targets without a region
     * @param own the region's own caches, filled before its targets start
     * @param others other regions' caches, tried only if they hold the bytes
     * @param serverFallback whether the server may upload in the end
     */
    record RegionRoute(
            Optional<RegionId> region,
            List<Source.OfCache> own,
            List<Source.OfCache> others,
            boolean serverFallback) {
        /** Copies the lists. */
        public RegionRoute {
            own = List.copyOf(own);
            others = List.copyOf(others);
        }
    }

    /** A hash that the feed did not tell is now known. */
    record PackagePinned(PackagePin pin) implements AcquisitionEvent {}

    /** The central store holds the package, verified; {@code bytes} is 0 if it did before. */
    record PackageStored(PackagePin pin, FeedId feed, long bytes, int attempts)
            implements AcquisitionEvent {}

    /** The package could not be had from its feed, or is damaged in the store. */
    record PackageStoreFailed(PackagePin pin, FeedId feed, String reason)
            implements AcquisitionEvent {}

    /**
     * A cache holds the package, verified; {@code bytes} crossed the link now, 0 if it held it
     * before.
     */
    record PackageReplicated(
            PackagePin pin, CacheId cache, long bytes, long bytesResumed, int attempts)
            implements AcquisitionEvent {}

    /** A cache could not be filled; its region's targets look elsewhere. */
    record ReplicationFailed(PackagePin pin, CacheId cache, String reason)
            implements AcquisitionEvent {}

    /** A target, or a worker whose steps need it, was told to acquire a package. */
    record TargetAcquiring(
            PackagePin pin, HolderId target, AgentId agent, Ticket ticket, List<Source> sources)
            implements AcquisitionEvent {
        /** Copies the sources. */
        public TargetAcquiring {
            sources = List.copyOf(sources);
        }
    }

    /** A target holds the package, verified. */
    record TargetAcquired(
            PackagePin pin,
            HolderId target,
            ServedBy servedBy,
            long bytes,
            long bytesResumed,
            int attempts)
            implements AcquisitionEvent {}

    /**
     * A target could not get the package.
     *
     * @param lost how its absence is treated, if it went missing meanwhile: with SKIP the
     *     acquisition does not fail by it
     */
    record TargetAcquisitionFailed(
            PackagePin pin,
            HolderId target,
            String hop,
            String reason,
            Optional<UnavailableTargets> lost)
            implements AcquisitionEvent {
        /** A target that is there, and could not get the package. */
        public TargetAcquisitionFailed(PackagePin pin, HolderId target, String hop, String reason) {
            this(pin, target, hop, reason, Optional.empty());
        }

        /** Whether the deployment goes on without the target. */
        public boolean isLeftOut() {
            return lost.filter(rule -> rule == UnavailableTargets.SKIP).isPresent();
        }
    }

    /** Somebody held other bytes under this package's name; they were purged or passed over. */
    record IntegrityBroken(PackagePin pin, String holder, Optional<Sha512> actual)
            implements AcquisitionEvent {}

    /** The deployment was cancelled: nothing new begins. */
    record AcquisitionCancelling() implements AcquisitionEvent {}

    /** The run has ended. */
    record AcquisitionEnded(
            RunOutcome outcome, Optional<String> reason, List<MissingPackage> missing)
            implements AcquisitionEvent {
        /** Copies the list. */
        public AcquisitionEnded {
            missing = List.copyOf(missing);
        }
    }
}
