package stagecoach.packages.acquisition;

import java.util.List;
import stagecoach.contracts.acquisition.AcquisitionEvent.HeldInCache;
import stagecoach.contracts.acquisition.AcquisitionEvent.RegionRoute;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.Purpose;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;

/** What is asked of, or reported to, an acquisition run. */
public sealed interface AcquisitionCommand {
    /**
     * Begin the run.
     *
     * @param held what caches hold now, as far as known
     * @param machinesRead the feeds of the needs that machines may read themselves
     */
    record Start(
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
            implements AcquisitionCommand {
        /** Copies the lists. */
        public Start {
            needs = List.copyOf(needs);
            routes = List.copyOf(routes);
            held = List.copyOf(held);
            machinesRead = List.copyOf(machinesRead);
        }
    }

    /** The central store holds the package, verified. */
    record Stored(PackagePin pin, FeedId feed, long bytes, int attempts)
            implements AcquisitionCommand {}

    /** The package could not be had. */
    record NotStored(PackagePin pin, FeedId feed, String reason) implements AcquisitionCommand {}

    /** A cache holds the package, verified. */
    record Replicated(PackagePin pin, CacheId cache, long bytes, long bytesResumed, int attempts)
            implements AcquisitionCommand {}

    /** A cache could not be filled. */
    record NotReplicated(PackagePin pin, CacheId cache, String reason)
            implements AcquisitionCommand {}

    /** A tentacle has ended its command. */
    record TargetReported(Ticket ticket, CommandResult result) implements AcquisitionCommand {}

    /** The deployment was cancelled. */
    record Cancel() implements AcquisitionCommand {}
}
