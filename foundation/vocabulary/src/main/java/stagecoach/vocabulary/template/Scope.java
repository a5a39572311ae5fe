package stagecoach.vocabulary.template;

import java.util.List;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;

/** Where a variable's value holds; an empty list leaves that dimension open. */
public record Scope(
        List<EnvironmentId> environments,
        List<TargetId> targets,
        List<Tag> tags,
        List<StepName> steps,
        List<RegionId> regions) {
    /** Everywhere. */
    public static final Scope EVERYWHERE =
            new Scope(List.of(), List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Scope {
        environments = List.copyOf(environments);
        targets = List.copyOf(targets);
        tags = List.copyOf(tags);
        steps = List.copyOf(steps);
        regions = List.copyOf(regions);
    }
}
