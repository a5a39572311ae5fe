package stagecoach.contracts.configuration;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.VariableSetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.TransferBudget;

/** What a person configured, without anything secret. */
public sealed interface ConfigurationDocument {
    /** An environment. */
    record Environment(EnvironmentId id, String name) implements ConfigurationDocument {}

    /**
     * A region.
     *
     * @param serverFallback whether the server may upload to its targets
     * @param budget what may enter it at once; empty is without limit
     */
    record Region(RegionId id, String name, boolean serverFallback, Optional<TransferBudget> budget)
            implements ConfigurationDocument {}

    /** A pool of workers. */
    record WorkerPool(PoolId id, String name) implements ConfigurationDocument {}

    /**
     * A cache near a region's targets.
     *
     * @param url as the region's machines reach it
     * @param pushUrl as the server reaches it
     * @param pullUrl as the cache reaches the server
     * @param thumbprint of the cache's certificate
     * @param priority lower is tried first
     * @param budget what may be brought into it at once; empty is without limit
     */
    record Cache(
            CacheId id,
            String name,
            RegionId region,
            String kind,
            String url,
            String pushUrl,
            Optional<String> pullUrl,
            Optional<String> thumbprint,
            int priority,
            Optional<TransferBudget> budget)
            implements ConfigurationDocument {}

    /**
     * A feed.
     *
     * @param access who may read it; empty of feeds outside, and as it was told before this could
     *     be set
     * @param budget how much may come from it at once; empty is without limit, also as it was told
     *     before this could be set
     */
    record Feed(
            FeedId id,
            String name,
            String kind,
            Optional<FeedAccess> access,
            Optional<TransferBudget> budget)
            implements ConfigurationDocument {}

    /** Who may read a feed. */
    enum FeedAccess {
        /** Whoever shows an API key that may read. */
        KEYS,
        /** Anybody. */
        PUBLIC
    }

    /**
     * Where a tentacle listens that the gateway dials.
     *
     * @param address {@code host:port}, as the gateway reaches it
     * @param thumbprint of the certificate that it shows, as it was registered
     */
    record Listening(String address, String thumbprint) {}

    /**
     * A deployment target.
     *
     * @param listening where it is dialled; empty of one that dials the gateway itself
     */
    record Target(
            TargetId id,
            String name,
            List<EnvironmentId> environments,
            List<Tag> tags,
            Optional<RegionId> region,
            boolean disabled,
            Optional<Listening> listening)
            implements ConfigurationDocument {
        /** Copies the lists. */
        public Target {
            environments = List.copyOf(environments);
            tags = List.copyOf(tags);
        }

        /** One that dials the gateway. */
        public Target(
                TargetId id,
                String name,
                List<EnvironmentId> environments,
                List<Tag> tags,
                Optional<RegionId> region,
                boolean disabled) {
            this(id, name, environments, tags, region, disabled, Optional.empty());
        }
    }

    /**
     * A worker.
     *
     * @param listening where it is dialled; empty of one that dials the gateway itself
     */
    record Worker(
            WorkerId id,
            String name,
            List<PoolId> workerPools,
            Optional<RegionId> region,
            boolean disabled,
            Optional<Listening> listening)
            implements ConfigurationDocument {
        /** Copies the pools. */
        public Worker {
            workerPools = List.copyOf(workerPools);
        }

        /** One that dials the gateway. */
        public Worker(
                WorkerId id,
                String name,
                List<PoolId> workerPools,
                Optional<RegionId> region,
                boolean disabled) {
            this(id, name, workerPools, region, disabled, Optional.empty());
        }
    }

    /** A project; its process and variables are no part of the event. */
    record Project(ProjectId id, String name) implements ConfigurationDocument {}

    /**
     * An API key.
     *
     * @param sha256 of the key's 256 random bits, hexadecimal; the key itself is shown once and
     *     kept nowhere
     * @param teams of whoever holds it, such as {@code dba}: whom a process may ask by name. They
     *     give no right to anything else
     */
    record ApiKey(
            String id,
            String name,
            String sha256,
            List<Role> roles,
            Optional<Instant> expiresAt,
            List<String> teams)
            implements ConfigurationDocument {
        /** Copies the lists. */
        public ApiKey {
            roles = List.copyOf(roles);
            teams = teams == null ? List.of() : List.copyOf(teams);
        }
    }

    /**
     * How long what has ended is kept, in days.
     *
     * @param logDays output, after the end of its deployment
     * @param deploymentDays deployments with all that belongs to them, after their end
     * @param deploymentsPerEnvironment so many of a project in an environment stay in any case, the
     *     newest
     * @param eventDays the feed of events
     * @param packages the central store of packages; empty as it was told before this could be set
     * @param caches what caches hold; empty as it was told before this could be set
     */
    record Retention(
            int logDays,
            int deploymentDays,
            int deploymentsPerEnvironment,
            int eventDays,
            Optional<PackagesKept> packages,
            Optional<CachesKept> caches,
            Optional<ReleasesKept> releases)
            implements ConfigurationDocument {}

    /**
     * Which releases are kept although nothing is deployed from them.
     *
     * @param perPhase so many in each phase of their project's lifecycle, those that went there
     *     last, and so many of those made last; empty if their number counts for nothing
     * @param days those made or deployed within so many days; empty if their age counts for
     *     nothing. Without both they are kept for good
     */
    record ReleasesKept(Optional<Integer> perPhase, Optional<Integer> days) {}

    /**
     * What a cache keeps although no deployment needs it just now.
     *
     * @param days what was used within so many days; empty if age counts for nothing
     * @param freeDiskPercent so much of its disk is kept free, by what was not used the longest
     * @param versions so many of each package, the newest; empty if their number counts for
     *     nothing. Without it and {@code days} all is kept as long as there is room
     * @param keepReleased whether what kept releases have pinned is kept in any case; empty means
     *     that it is
     */
    record CachesKept(
            Optional<Integer> days,
            Optional<Integer> freeDiskPercent,
            Optional<Integer> versions,
            Optional<Boolean> keepReleased) {
        /** As long as there is room. */
        public static final CachesKept ALL = new CachesKept(Optional.empty(), Optional.empty());

        /** As it was told before versions counted. */
        public CachesKept(Optional<Integer> days, Optional<Integer> freeDiskPercent) {
            this(days, freeDiskPercent, Optional.empty(), Optional.empty());
        }

        /** Whether what kept releases have pinned stays. */
        public boolean keepsReleased() {
            return keepReleased.orElse(true);
        }
    }

    /**
     * Which packages are kept although nobody needs them.
     *
     * @param versions so many of each package, the newest; empty if their number counts for nothing
     * @param days those used within so many days; empty if their age counts for nothing. Without
     *     both they are kept for good
     * @param freeDiskPercent so much of the disk is kept free, by what was not used the longest
     */
    record PackagesKept(
            Optional<Integer> versions,
            Optional<Integer> days,
            Optional<Integer> freeDiskPercent) {}

    /**
     * That no deployment starts for a while; who paused, and who ended it, are the actors of its
     * events.
     *
     * @param project only its deployments; empty for those of all
     * @param environment only those to it; empty for those to all
     * @param reason for those who wait
     */
    record Pause(
            String id,
            Optional<ProjectId> project,
            Optional<EnvironmentId> environment,
            String reason)
            implements ConfigurationDocument {}

    /**
     * How many deployments may be under way at once.
     *
     * @param tasksMax empty if what the services are configured with counts
     */
    record TaskLimit(Optional<Integer> tasksMax) implements ConfigurationDocument {}

    /** Variables that projects share; what they are is told to nobody. */
    record VariableSet(VariableSetId id, String name) implements ConfigurationDocument {}

    /** What a caller may do; ADMIN may everything. */
    enum Role {
        ADMIN,
        /** Configure. */
        CONFIGURE,
        /** Create releases and deployments, cancel, retry. */
        DEPLOY,
        /** Push packages. */
        PUSH,
        /** Read everything, packages included. */
        READ
    }
}
