package stagecoach.contracts.run;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/**
 * One place where a step runs: a target, a worker, a worker on behalf of a target, or no machine at
 * all where a person does it.
 *
 * @param region where the target is (for a worker step: the worker)
 * @param tags the target's tags, for the scopes of variables
 * @param unavailable why nothing can run here now; empty if it can
 * @param name what people call the target, if that is not its id
 */
public record Place(
        Optional<TargetId> target,
        Optional<WorkerId> worker,
        Optional<RegionId> region,
        List<Tag> tags,
        Optional<String> unavailable,
        Optional<String> name) {
    /** Copies the tags. */
    public Place {
        tags = List.copyOf(tags);
    }

    /** A place without a name of its own. */
    public Place(
            Optional<TargetId> target,
            Optional<WorkerId> worker,
            Optional<RegionId> region,
            List<Tag> tags,
            Optional<String> unavailable) {
        this(target, worker, region, tags, unavailable, Optional.empty());
    }

    /** The same place, where nothing can run now. */
    public Place unavailable(String why) {
        return new Place(target, worker, region, tags, Optional.of(why), name);
    }

    /** What people call the target; empty where there is none. */
    public Optional<String> targetName() {
        return name.or(() -> target.map(TargetId::value));
    }

    /** Where a person does it. */
    public static final Place NO_MACHINE =
            new Place(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty());
}
