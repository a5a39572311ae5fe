package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import stagecoach.contracts.acquisition.AcquisitionEvent;
import stagecoach.contracts.acquisition.AcquisitionEvent.AcquisitionEnded;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.CancelRequested;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentBudgetChanged;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentEnded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentProceeded;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentStaged;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.deployment.DeploymentState;
import stagecoach.contracts.deployment.Selection;
import stagecoach.contracts.run.PackageNeed;
import stagecoach.contracts.run.PackageNeed.NeedingTarget;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Purpose;
import stagecoach.decider.StreamId;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.HolderId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.TransferBudget;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Phase;
import stagecoach.wire.StagecoachJson;

/** Plays the orchestrator and the tentacles of one deployment. */
final class Deployment implements AutoCloseable {
    private static final ProjectId PROJECT = new ProjectId("shop");
    private static final EnvironmentId ENVIRONMENT = new EnvironmentId("production");

    private final DeploymentId id = DeploymentId.ofBits(ThreadLocalRandom.current().nextLong());
    private final TestEvents.Subscription acquisitions = TestEvents.consume(Channels.ACQUISITIONS);
    private final TestEvents.Subscription commands = TestEvents.consume(Channels.AGENT_COMMANDS);
    private long version;
    private Duration reportsLateBy = Duration.ZERO;

    static NeedingTarget target(String id, String region) {
        return new NeedingTarget(
                HolderId.of(new TargetId(id)),
                AgentId.of(new TargetId(id)),
                Optional.of(new RegionId(region)),
                Optional.empty());
    }

    static PackageNeed nearest(PackagePin pin, NeedingTarget... targets) {
        return need(FeedId.BUILT_IN, pin, AcquisitionLocation.EXECUTION_TARGET, targets);
    }

    static PackageNeed fromServer(PackagePin pin, NeedingTarget... targets) {
        return need(FeedId.BUILT_IN, pin, AcquisitionLocation.SERVER, targets);
    }

    static PackageNeed need(
            FeedId feed, PackagePin pin, AcquisitionLocation location, NeedingTarget... targets) {
        return new PackageNeed(
                new PinnedPackage(feed, pin, location, PackageSource.NEAREST_CACHE),
                List.of(targets));
    }

    /** Pushes a package, and has a deployment that has ended bring it to a region's one cache. */
    static void bring(Nupkg nupkg, String region, CacheId cache) throws Exception {
        assertThat(Http.pushed(nupkg.bytes())).isEqualTo(201);
        try (var deployment = new Deployment()) {
            deployment.start(2, false, nearest(nupkg.pin(), target("web-1", region)));
            deployment.event(2, PackageReplicated.class);
            deployment.acquireAll(2, 1, new ServedBy(ServedBy.Kind.CACHE, Optional.of(cache)));
            deployment.ended(2);
            deployment.end();
        }
    }

    DeploymentId id() {
        return id;
    }

    StreamId stream(int run) {
        return StreamId.of("acquisition", id + "-" + run);
    }

    void start(int run, boolean force, PackageNeed... needs) {
        publish(
                new PhaseStarted(
                        id,
                        PROJECT,
                        new ReleaseVersion("1.0.0"),
                        ENVIRONMENT,
                        Digest.of("plan"),
                        Phase.ACQUISITION,
                        new Run(run),
                        1,
                        Purpose.NORMAL,
                        false,
                        new PhaseWork.Acquire(List.of(needs), force),
                        Optional.empty()));
    }

    /** It was asked for, with a budget. */
    void queue(TransferBudget budget) {
        publish(
                new DeploymentQueued(
                        id,
                        PROJECT,
                        new ReleaseVersion("1.0.0"),
                        ENVIRONMENT,
                        Digest.of("plan"),
                        List.of(),
                        new Selection(List.of(), List.of(), List.of()),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        Optional.empty(),
                        Optional.of(budget),
                        Optional.empty(),
                        Optional.empty()));
    }

    /** Somebody gives it another budget. */
    void budget(TransferBudget budget) {
        publish(new DeploymentBudgetChanged(budget, "test"));
    }

    void cancel() {
        publish(new CancelRequested("test", Instant.now().plusSeconds(60)));
    }

    void end() {
        publish(new DeploymentEnded(DeploymentState.SUCCEEDED, Optional.empty(), List.of()));
    }

    /** What is said of a deployment that brought its packages only, and waits for a word. */
    void stage() {
        publish(new DeploymentStaged());
    }

    void proceed() {
        publish(new DeploymentProceeded(1, "test", Optional.empty()));
    }

    /** How many of its events there are. */
    long version() {
        return version;
    }

    private void publish(DeploymentEvent event) {
        version++;
        TestEvents.publish(
                Channels.DEPLOYMENTS,
                StreamId.of("deployment", id),
                version,
                event,
                EventAttributes.of(id, PROJECT, ENVIRONMENT));
    }

    /** The events of a run so far, once {@code enough} says so. */
    List<AcquisitionEvent> events(int run, Predicate<List<AcquisitionEvent>> enough) {
        return acquisitions.until(stream(run), seen -> enough.test(decoded(seen))).stream()
                .map(seen -> seen.event(AcquisitionEvent.class))
                .toList();
    }

    /** The first event of a kind. */
    <E extends AcquisitionEvent> E event(int run, Class<E> kind) {
        return events(run, events -> events.stream().anyMatch(kind::isInstance)).stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }

    AcquisitionEnded ended(int run) {
        return event(run, AcquisitionEnded.class);
    }

    private static List<AcquisitionEvent> decoded(List<TestEvents.Seen> seen) {
        return seen.stream().map(one -> one.event(AcquisitionEvent.class)).toList();
    }

    /** The commands that a run has given, once there are so many. */
    List<AgentCommand> commands(int run, int count) {
        return commands.until(stream(run), seen -> seen.size() >= count).stream()
                .map(seen -> StagecoachJson.read(seen.json(), AgentCommand.class))
                .toList();
    }

    /** Reports success for all of a run's acquisitions so far. */
    void acquireAll(int run, int count, ServedBy by) {
        var told = new ArrayList<AcquirePackage>();
        for (AgentCommand command : commands(run, count)) {
            if (command instanceof AcquirePackage acquire) {
                told.add(acquire);
            }
        }
        told.forEach(
                command ->
                        report(
                                command,
                                new AcquisitionResult(by, command.pin().size(), 0, 1, List.of())));
    }

    void report(AcquirePackage command, AcquisitionResult got) {
        report(
                command,
                new CommandResult(
                        CommandOutcome.EXITED,
                        Optional.of(0),
                        Map.of(),
                        Optional.empty(),
                        false,
                        Optional.of(got)));
    }

    void report(AgentCommand command, CommandResult result) {
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("ticket", command.ticket()),
                1,
                new CommandEnded(command.ticket(), command.agent(), command.context(), result),
                EventAttributes.of(id, PROJECT, ENVIRONMENT, command.context().run()),
                Instant.now().minus(reportsLateBy));
    }

    /** As if nobody had listened for so long: what is reported from now on happened before. */
    void reportsAreLateBy(Duration time) {
        reportsLateBy = time;
    }

    @Override
    public void close() {
        acquisitions.close();
        commands.close();
    }
}
