package stagecoach.orchestrator.app.catalog;

import java.util.List;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Variable;

/** A project as it is at one moment, secrets opened: what a release is made of. */
public record ProjectSnapshot(
        ProjectId id, String name, DeploymentProcess process, List<Variable> variables) {
    /** Copies the variables. */
    public ProjectSnapshot {
        variables = List.copyOf(variables);
    }
}
