package stagecoach.orchestrator.release;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * What runs once, without a project: a release of one step, made for one deployment. Its projects
 * have no configuration; they are what those deployments are listed and queued by.
 */
public final class AdHoc {
    /** The project of scripts that somebody has run. */
    public static final ProjectId SCRIPTS = new ProjectId("ad-hoc-scripts");

    /** The project of health checks that somebody has asked for. */
    public static final ProjectId CHECKS = new ProjectId("ad-hoc-checks");

    private static final ReleaseVersion VERSION = new ReleaseVersion("ad-hoc");
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private AdHoc() {}

    /** Whether nobody may configure a project of this name. */
    public static boolean isReserved(ProjectId project) {
        return project.equals(SCRIPTS) || project.equals(CHECKS);
    }

    /** One script. */
    public static Release script(Action.Script script, RunOn runOn, Optional<Duration> timeout) {
        Step.Builder step = Step.of("script", runOn, script);
        timeout.ifPresent(step::timeout);
        return release(SCRIPTS, step.build());
    }

    /** A health check of the machines that a deployment chooses. */
    public static Release check() {
        return release(
                CHECKS,
                Step.of(
                                "check",
                                new RunOn.Targets(List.of()),
                                new Action.HealthCheck(UnavailableTargets.FAIL, ANSWER_MAX))
                        .build());
    }

    private static Release release(ProjectId project, Step step) {
        return new Release(
                project, VERSION, new DeploymentProcess(List.of(step)), List.of(), List.of());
    }
}
