package stagecoach.contracts.deployment;

import java.util.List;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/** Which part of a release's plan was asked for; empty {@code targets} means all that match. */
public record Selection(
        List<TargetId> targets, List<TargetId> excludeTargets, List<StepName> skipSteps) {
    /** Everything. */
    public static final Selection ALL = new Selection(List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Selection {
        targets = List.copyOf(targets);
        excludeTargets = List.copyOf(excludeTargets);
        skipSteps = List.copyOf(skipSteps);
    }
}
