package stagecoach.steprunner.variables;

import java.util.Optional;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * An output variable that a step has set.
 *
 * @param target where it was set; empty for a step that ran once on a worker
 * @param sensitive whether its value is a secret
 */
public record Output(
        StepName step, Optional<TargetId> target, String name, String value, boolean sensitive) {}
