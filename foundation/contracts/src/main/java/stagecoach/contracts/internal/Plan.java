package stagecoach.contracts.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Variable;

/**
 * step-runner → orchestrator, {@code GET} below {@link #PATH}: the whole plan of a deployment,
 * secrets included; kept encrypted at both ends, named by a keyed digest of its bytes.
 *
 * @param variables with the answers to their prompts as their values
 * @param prompted values given for this deployment when any name could be given; they win over
 *     {@code variables}
 * @param labels what people call its parts; empty of plans of before there were any
 */
public record Plan(
        ProjectId project,
        ReleaseVersion release,
        EnvironmentId environment,
        DeploymentProcess process,
        List<Variable> variables,
        Map<String, String> prompted,
        List<PinnedPackage> packages,
        Optional<Labels> labels) {
    /** Where plans are served, each by its digest: {@code PATH/<digest>}. */
    public static final String PATH = "/internal/plans";

    /** Copies the collections. */
    public Plan {
        variables = List.copyOf(variables);
        prompted = Map.copyOf(prompted);
        packages = List.copyOf(packages);
    }

    /** Tells no value. */
    @Override
    public String toString() {
        return "Plan[project=%s, release=%s, environment=%s, variables=%s, prompted=%s, packages=%s]"
                .formatted(project, release, environment, variables, prompted.keySet(), packages);
    }

    /**
     * Texts for people.
     *
     * @param notes what the release's author wrote
     */
    public record Labels(String projectName, String environmentName, Optional<String> notes) {}
}
