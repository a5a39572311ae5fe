package stagecoach.contracts.agent;

import java.util.Optional;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.RunId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

/**
 * What a command is part of, so that its output and reports can be attributed.
 *
 * @param step empty for the acquisition of a package
 */
public record CommandContext(
        DeploymentId deployment,
        ProjectId project,
        EnvironmentId environment,
        Run run,
        Optional<StepName> step,
        Optional<TargetId> target) {
    /** The run that it is part of. */
    public RunId runId() {
        return new RunId(deployment, run);
    }
}
