package stagecoach.orchestrator.release;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Variable;

/**
 * A project's process and variables at one moment, and the packages of its steps, fixed to the
 * byte. It holds secrets.
 */
public record Release(
        ProjectId project,
        ReleaseVersion version,
        DeploymentProcess process,
        List<Variable> variables,
        List<StepPackage> packages) {
    /** Copies the lists. */
    public Release {
        variables = List.copyOf(variables);
        packages = List.copyOf(packages);
    }

    /** A package of a step. */
    public record StepPackage(StepName step, PinnedPackage pinned) {}

    /** This package of this step, if it has it. */
    public Optional<PinnedPackage> packageOf(StepName step, PackageId id) {
        return packages.stream()
                .filter(of -> of.step().equals(step) && of.pinned().pin().id().equals(id))
                .map(StepPackage::pinned)
                .findFirst();
    }

    /** Every package once, in the order of the steps. */
    public List<PinnedPackage> distinctPackages() {
        return packages.stream().map(StepPackage::pinned).distinct().toList();
    }

    /** The same release with other values of its variables. */
    Release with(List<Variable> others) {
        return new Release(project, version, process, others, packages);
    }

    /** The plan of a deployment of this release, once what it asks for has been answered. */
    public Plan planFor(EnvironmentId environment, Plan.Labels labels) {
        return new Plan(
                project,
                version,
                environment,
                process,
                variables,
                Map.of(),
                distinctPackages(),
                Optional.of(labels));
    }
}
