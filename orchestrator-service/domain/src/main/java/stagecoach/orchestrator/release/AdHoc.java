package stagecoach.orchestrator.release;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;
import stagecoach.vocabulary.template.BuiltIns;

/**
 * What runs once, without a project: a release of one step, made for one deployment. Its projects
 * have no configuration; they are what those deployments are listed and queued by.
 */
public final class AdHoc {
    /** The project of scripts that somebody has run. */
    public static final ProjectId SCRIPTS = new ProjectId("ad-hoc-scripts");

    /** The project of health checks that somebody has asked for. */
    public static final ProjectId CHECKS = new ProjectId("ad-hoc-checks");

    /** The project of upgrades of tentacles. */
    public static final ProjectId UPGRADES = new ProjectId("ad-hoc-upgrades");

    /** The package that holds a tentacle's program. */
    public static final PackageId TENTACLE = PackageId.parse("Stagecoach.Tentacle");

    /** Beside whatever runs on the machine, which goes on; but one upgrade at a time. */
    private static final Mutex UPGRADING = new Mutex("stagecoach-upgrade", Mutex.Mode.EXCLUSIVE);

    /** More than its rehearsals and its trial take. */
    private static final Duration UPGRADE_MAX = Duration.ofMinutes(15);

    private static final ReleaseVersion VERSION = new ReleaseVersion("ad-hoc");
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);

    private AdHoc() {}

    /** Whether nobody may configure a project of this name. */
    public static boolean isReserved(ProjectId project) {
        return project.equals(SCRIPTS) || project.equals(CHECKS) || project.equals(UPGRADES);
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

    /**
     * An upgrade of the tentacles that a deployment chooses, whose packages are to be pinned still.
     * What it runs is the present tentacle's own: that knows how to start another program and to go
     * back. It is a release of its own for each version, since its package is leased by that.
     */
    public static Release upgrade(PackageVersion version) {
        String body =
                """
                upgrade=$(command -v upgrade_stagecoach_tentacle) || {
                  echo "The tentacle of this machine is too old to be upgraded by command. Install a newer one by hand once (install.sh)." >&2
                  exit 1
                }
                exec "$upgrade" "%s" %s
                """
                        .formatted(
                                BuiltIns.reference(BuiltIns.packageDirectory(TENTACLE)), version);
        var source =
                new PackageReference(
                        FeedId.BUILT_IN,
                        TENTACLE,
                        AcquisitionLocation.EXECUTION_TARGET,
                        PackageSource.NEAREST_CACHE);
        var script =
                new Action.Script(
                        Action.Syntax.SH,
                        body,
                        List.of(new Action.ScriptPackage(source, true)),
                        Optional.empty());
        Step step =
                Step.of("upgrade", new RunOn.Targets(List.of()), script)
                        .timeout(UPGRADE_MAX)
                        .mutex(UPGRADING)
                        .build();
        return new Release(
                UPGRADES,
                new ReleaseVersion(version.value()),
                new DeploymentProcess(List.of(step)),
                List.of(),
                List.of());
    }

    private static Release release(ProjectId project, Step step) {
        return new Release(
                project, VERSION, new DeploymentProcess(List.of(step)), List.of(), List.of());
    }
}
