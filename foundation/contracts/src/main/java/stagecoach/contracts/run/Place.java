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
 */
public record Place(
        Optional<TargetId> target,
        Optional<WorkerId> worker,
        Optional<RegionId> region,
        List<Tag> tags,
        Optional<String> unavailable) {
    /** Copies the tags. */
    public Place {
        tags = List.copyOf(tags);
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
