package stagecoach.orchestrator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Roster.Health;
import stagecoach.orchestrator.needs.Roster.KnownTarget;
import stagecoach.orchestrator.needs.Roster.KnownWorker;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;

/** The shop that the sentences of these tests are about: its machines, packages and steps. */
public final class Shop {
    public static final DeploymentId ID = new DeploymentId("7f3k9qzm");
    public static final ProjectId PROJECT = new ProjectId("shop");
    public static final ReleaseVersion RELEASE = new ReleaseVersion("1.0.0");
    public static final EnvironmentId PRODUCTION = new EnvironmentId("production");
    public static final Digest PLAN = Digest.of("plan");
    public static final PinnedPackage SERVER = pinned("Shop.Server");
    public static final PinnedPackage CONFIG = pinned("Shop.Config");

    private Shop() {}

    public static PinnedPackage pinned(String id) {
        return new PinnedPackage(
                FeedId.BUILT_IN,
                new PackagePin(
                        PackageId.parse(id),
                        PackageVersion.parse("1.2.0"),
                        Sha512.hashOf(id.getBytes(StandardCharsets.UTF_8)),
                        1000),
                AcquisitionLocation.EXECUTION_TARGET,
                PackageSource.NEAREST_CACHE);
    }

    public static TargetId target(String id) {
        return new TargetId(id);
    }

    public static StepName step(String name) {
        return new StepName(name);
    }

    /** Healthy, in {@code eu}, tagged {@code web}. */
    public static KnownTarget web(String id) {
        return web(id, Health.HEALTHY);
    }

    public static KnownTarget web(String id, Health health) {
        return new KnownTarget(
                new TargetId(id),
                List.of(new Tag("web")),
                Optional.of(new RegionId("eu")),
                false,
                health);
    }

    /** What is known of a machine whose connection has closed. */
    public static Health gone() {
        return new Health(AgentHealth.UNAVAILABLE, Optional.of("its connection has closed"));
    }

    public static KnownWorker worker(String id, Health health) {
        return new KnownWorker(
                new WorkerId(id), List.of(new PoolId("hq")), Optional.empty(), false, health);
    }

    /** These targets, and one healthy worker at {@code hq}. */
    public static Roster roster(KnownTarget... targets) {
        return new Roster(List.of(targets), List.of(worker("hq-1", Health.HEALTHY)));
    }

    public static RunOn onWeb() {
        return new RunOn.Targets(List.of(new Tag("web")));
    }

    public static RunOn onWorker() {
        return new RunOn.Worker(new PoolId("hq"));
    }

    /** A script on every web target. */
    public static PlannedStep script(String name) {
        return step(name, Phase.DEPLOYMENT, onWeb(), Condition.SUCCESS, Optional.empty());
    }

    public static PlannedStep script(String name, Condition condition) {
        return step(name, Phase.DEPLOYMENT, onWeb(), condition, Optional.empty());
    }

    /** A script on a worker, before anything is acquired. */
    public static PlannedStep preAcquisition(String name) {
        return step(name, Phase.PRE_ACQUISITION, onWorker(), Condition.SUCCESS, Optional.empty());
    }

    /** A script on a worker that runs in any case. */
    public static PlannedStep always(String name) {
        return step(name, Phase.DEPLOYMENT, onWorker(), Condition.ALWAYS, Optional.empty());
    }

    /** Installs a package on every web target. */
    public static PlannedStep install(String name, PinnedPackage pinned) {
        return step(name, Phase.DEPLOYMENT, onWeb(), Condition.SUCCESS, Optional.of(pinned));
    }

    public static PlannedStep install(String name, PinnedPackage pinned, Condition condition) {
        return step(name, Phase.DEPLOYMENT, onWeb(), condition, Optional.of(pinned));
    }

    /** A script that refers to a package. */
    public static PlannedStep scriptWith(
            String name, RunOn runOn, Condition condition, PinnedPackage pinned) {
        return step(name, Phase.DEPLOYMENT, runOn, condition, Optional.empty()).toBuilder()
                .packages(List.of(new PlannedStep.ScriptPackage(pinned, true)))
                .build();
    }

    public static PlannedStep step(
            String name,
            Phase phase,
            RunOn runOn,
            Condition condition,
            Optional<PinnedPackage> pinned) {
        var step =
                PlannedStep.of(name, PlannedStep.Kind.SCRIPT, runOn)
                        .phase(phase)
                        .condition(condition);
        pinned.ifPresent(step::installing);
        return step.build();
    }

    /** A question to whoever has the role DEPLOY. */
    public static PlannedStep manual(String name, Phase phase) {
        return PlannedStep.of(name, PlannedStep.Kind.MANUAL_INTERVENTION, new RunOn.NoMachine())
                .phase(phase)
                .manual("Look at the shop.", List.of("DEPLOY"))
                .build();
    }

    /** The same step, waiting for machines that cannot be reached. */
    public static PlannedStep awaiting(PlannedStep step, Duration waitFor) {
        return step.toBuilder().awaiting(waitFor).build();
    }

    public static PlannedStep leftOut(PlannedStep step, String reason) {
        return step.toBuilder().leftOut(reason).build();
    }

    /** The same deployment, with a person who decides at a failure. */
    public static DeploymentQueued guided(DeploymentQueued asked) {
        return changed(asked, asked.notBefore(), asked.notAfter(), asked.acquireOnly(), true);
    }

    /** The same deployment, asked for its packages alone. */
    public static DeploymentQueued acquiringOnly(DeploymentQueued asked) {
        return changed(asked, asked.notBefore(), asked.notAfter(), true, asked.guidedFailure());
    }

    /** The same deployment between two times. */
    public static DeploymentQueued scheduled(
            DeploymentQueued asked, Optional<Instant> notBefore, Optional<Instant> notAfter) {
        return changed(asked, notBefore, notAfter, asked.acquireOnly(), asked.guidedFailure());
    }

    private static DeploymentQueued changed(
            DeploymentQueued asked,
            Optional<Instant> notBefore,
            Optional<Instant> notAfter,
            boolean acquireOnly,
            boolean guidedFailure) {
        return new DeploymentQueued(
                asked.deployment(),
                asked.project(),
                asked.release(),
                asked.environment(),
                asked.planDigest(),
                asked.steps(),
                asked.selection(),
                asked.forceDownload(),
                notBefore,
                notAfter,
                acquireOnly,
                guidedFailure,
                asked.comment(),
                asked.budget(),
                asked.createdBy(),
                asked.createdAt());
    }

    /** The same deployment, which Ada asked for with a comment. */
    public static DeploymentQueued askedFor(DeploymentQueued asked, String comment, Instant at) {
        return new DeploymentQueued(
                asked.deployment(),
                asked.project(),
                asked.release(),
                asked.environment(),
                asked.planDigest(),
                asked.steps(),
                asked.selection(),
                asked.forceDownload(),
                asked.notBefore(),
                asked.notAfter(),
                asked.acquireOnly(),
                asked.guidedFailure(),
                Optional.of(comment),
                asked.budget(),
                Optional.of("ada"),
                Optional.of(at));
    }

    public static DeploymentQueued queued(PlannedStep... steps) {
        return queued(Selection.ALL, List.of(steps));
    }

    public static DeploymentQueued queued(Selection selection, List<PlannedStep> steps) {
        return new DeploymentQueued(
                ID,
                PROJECT,
                RELEASE,
                PRODUCTION,
                PLAN,
                new ArrayList<>(steps),
                selection,
                false,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
