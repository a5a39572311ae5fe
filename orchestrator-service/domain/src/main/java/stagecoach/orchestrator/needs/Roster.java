package stagecoach.orchestrator.needs;

import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/**
 * The machines as they are seen at one moment: the targets of one environment, and all workers. It
 * comes in as data; nobody here asks for it.
 */
public record Roster(List<KnownTarget> targets, List<KnownWorker> workers) {
    /** No machine at all. */
    public static final Roster EMPTY = new Roster(List.of(), List.of());

    /** Copies both lists. */
    public Roster {
        targets = List.copyOf(targets);
        workers = List.copyOf(workers);
    }

    /** Where a worker is; empty if it has no region, or is not known any more. */
    public Optional<RegionId> regionOf(WorkerId worker) {
        return workers.stream()
                .filter(known -> known.id().equals(worker))
                .findFirst()
                .flatMap(KnownWorker::region);
    }

    /**
     * A target of the environment.
     *
     * @param disabled whether someone took it out of service
     * @param name what people call it, if that is not its id
     */
    public record KnownTarget(
            TargetId id,
            List<Tag> tags,
            Optional<RegionId> region,
            boolean disabled,
            Health health,
            Optional<String> name) {
        /** Copies the tags. */
        public KnownTarget {
            tags = List.copyOf(tags);
        }

        /** A target that is called by its id. */
        public KnownTarget(
                TargetId id,
                List<Tag> tags,
                Optional<RegionId> region,
                boolean disabled,
                Health health) {
            this(id, tags, region, disabled, health, Optional.empty());
        }
    }

    /**
     * A worker.
     *
     * @param pools the pools that it belongs to
     * @param disabled whether someone took it out of service
     */
    public record KnownWorker(
            WorkerId id,
            List<PoolId> pools,
            Optional<RegionId> region,
            boolean disabled,
            Health health) {
        /** Copies the pools. */
        public KnownWorker {
            pools = List.copyOf(pools);
        }
    }

    /**
     * What is known of a machine's tentacle.
     *
     * @param state UNKNOWN if it never connected
     * @param reason for people; empty if there is none
     */
    public record Health(AgentHealth state, Optional<String> reason) {
        /** It never connected. */
        public static final Health NEVER_SEEN = new Health(AgentHealth.UNKNOWN, Optional.empty());

        /** It is connected and well. */
        public static final Health HEALTHY = new Health(AgentHealth.HEALTHY, Optional.empty());

        /** Why nothing can run there now; empty if something can. */
        public Optional<String> unavailable() {
            return switch (state) {
                case HEALTHY, UNHEALTHY -> Optional.empty();
                case UNAVAILABLE -> Optional.of(reason.orElse("its tentacle is not connected"));
                case UNKNOWN -> Optional.of("its tentacle has never connected");
            };
        }
    }
}
