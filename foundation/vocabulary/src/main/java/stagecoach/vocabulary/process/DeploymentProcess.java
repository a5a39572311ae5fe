package stagecoach.vocabulary.process;

import java.util.List;

/** The steps of a project, in their order. */
public record DeploymentProcess(List<Step> steps) {
    /** A project that has no process yet. */
    public static final DeploymentProcess EMPTY = new DeploymentProcess(List.of());

    /** Copies the steps. */
    public DeploymentProcess {
        steps = List.copyOf(steps);
    }
}
