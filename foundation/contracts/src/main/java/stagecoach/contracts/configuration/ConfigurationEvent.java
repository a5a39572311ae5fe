package stagecoach.contracts.configuration;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;

/**
 * What happens to configuration; streams {@code config-<kind>:<id>} and {@code
 * release-<project>:<version>}.
 */
public sealed interface ConfigurationEvent {
    /**
     * A thing was configured, changed or removed.
     *
     * @param revision 1 for the first, one more for each change
     * @param document empty if it was removed
     */
    record ConfigurationChanged(
            Kind kind, String id, long revision, Optional<ConfigurationDocument> document)
            implements ConfigurationEvent {}

    /** A release was made; it never changes. */
    record ReleaseCreated(
            ProjectId project,
            ReleaseVersion version,
            Digest snapshotDigest,
            List<PinnedPackage> packages)
            implements ConfigurationEvent {
        /** Copies the packages. */
        public ReleaseCreated {
            packages = List.copyOf(packages);
        }
    }

    /**
     * A release is kept no longer: it can be deployed no more, and what it had leased is free. Its
     * version is not given again.
     *
     * @param reason which rule let it go
     */
    record ReleaseRetired(ProjectId project, ReleaseVersion version, String reason)
            implements ConfigurationEvent {}

    /** What is configured. */
    enum Kind {
        ENVIRONMENT,
        REGION,
        WORKER_POOL,
        CACHE,
        FEED,
        TARGET,
        WORKER,
        PROJECT,
        API_KEY,
        /** How long what has ended is kept; there is one, and its id is {@code retention}. */
        RETENTION,
        VARIABLE_SET,
        PAUSE,
        /**
         * How many deployments may be under way; there is one, and its id is {@code task-limit}.
         */
        TASK_LIMIT
    }
}
