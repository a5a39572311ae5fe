package stagecoach.runtime.aggregate;

import java.util.Optional;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;

/** What an envelope says about the place of an event, for filters. */
public record EventAttributes(
        Optional<DeploymentId> deployment,
        Optional<ProjectId> project,
        Optional<EnvironmentId> environment,
        Optional<Run> run) {
    private static final EventAttributes NONE =
            new EventAttributes(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** No place at all. */
    public static EventAttributes none() {
        return NONE;
    }

    /** Of a deployment. */
    public static EventAttributes of(
            DeploymentId deployment, ProjectId project, EnvironmentId environment) {
        return new EventAttributes(
                Optional.of(deployment),
                Optional.of(project),
                Optional.of(environment),
                Optional.empty());
    }

    /** Of a run of a deployment. */
    public static EventAttributes of(
            DeploymentId deployment, ProjectId project, EnvironmentId environment, Run run) {
        return new EventAttributes(
                Optional.of(deployment),
                Optional.of(project),
                Optional.of(environment),
                Optional.of(run));
    }

    /** Of a project's configuration. */
    public static EventAttributes of(ProjectId project) {
        return new EventAttributes(
                Optional.empty(), Optional.of(project), Optional.empty(), Optional.empty());
    }
}
