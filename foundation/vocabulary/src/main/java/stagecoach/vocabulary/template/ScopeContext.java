package stagecoach.vocabulary.template;

import java.util.Optional;
import java.util.Set;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;

/**
 * A place where variables are looked at. What is empty matches only values that leave that
 * dimension open.
 *
 * @param target the target that is worked at, or on whose behalf
 * @param tags the target's tags
 * @param region the target's region; for a step without target the worker's
 */
public record ScopeContext(
        EnvironmentId environment,
        Optional<TargetId> target,
        Set<Tag> tags,
        Optional<StepName> step,
        Optional<RegionId> region) {
    /** Copies the tags. */
    public ScopeContext {
        tags = Set.copyOf(tags);
    }

    /** An environment as such: no target, no step. */
    public static ScopeContext of(EnvironmentId environment) {
        return new ScopeContext(
                environment, Optional.empty(), Set.of(), Optional.empty(), Optional.empty());
    }
}
