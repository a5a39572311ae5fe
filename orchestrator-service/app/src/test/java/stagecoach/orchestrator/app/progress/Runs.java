package stagecoach.orchestrator.app.progress;

import static org.awaitility.Awaitility.await;

import io.restassured.path.json.JsonPath;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.UnavailableTargets;

/**
 * A run that the orchestrator never started, so that it changes nothing but what is told: its
 * events are published one by one.
 */
public final class Runs {
    static final Instant MORNING = Instant.parse("2026-11-23T06:00:00Z");

    private final Shop shop;
    private final String deployment;
    private final Topic topic;
    private final String kind;
    private final int run;
    private long version;

    private Runs(Shop shop, String deployment, Topic topic, String kind, int run) {
        this.shop = shop;
        this.deployment = deployment;
        this.topic = topic;
        this.kind = kind;
        this.run = run;
    }

    public static Runs ofSteps(Shop shop, String deployment, int run) {
        return new Runs(shop, deployment, Channels.STEPS, "steprun", run);
    }

    public static Runs ofPackages(Shop shop, String deployment, int run) {
        return new Runs(shop, deployment, Channels.ACQUISITIONS, "acquisition", run);
    }

    /** Publishes the next event of the run; each is a second later than the one before. */
    public void publish(Object event) {
        version++;
        TestEvents.publish(
                topic,
                StreamId.of(kind, deployment + "-" + run),
                version,
                event,
                EventAttributes.of(id(), project(), environment(), new Run(run)),
                MORNING.plusSeconds(version));
    }

    /** Publishes the last event again, as a relay does after a crash. */
    void publishAgain(Object event) {
        version--;
        publish(event);
    }

    /** The gateway tells the late truth about an abandoned command. */
    public void settles(Ticket ticket, String target) {
        var id = new TargetId(target);
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("ticket", ticket),
                3,
                new CommandSettled(
                        ticket,
                        AgentId.of(id),
                        new CommandContext(
                                id(),
                                project(),
                                environment(),
                                new Run(run),
                                Optional.of(new StepName("start")),
                                Optional.of(id)),
                        new CommandResult(
                                CommandOutcome.EXITED,
                                Optional.of(0),
                                Map.of(),
                                Optional.empty(),
                                false,
                                Optional.empty())),
                EventAttributes.none());
    }

    /** The gateway tells that a command has ended, and which files its script has collected. */
    public void collects(Ticket ticket, AgentId agent, Artifact... files) {
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("ticket", ticket),
                2,
                new CommandEnded(
                        ticket,
                        agent,
                        new CommandContext(
                                id(),
                                project(),
                                environment(),
                                new Run(run),
                                Optional.of(new StepName("start")),
                                agent.target()),
                        new CommandResult(
                                        CommandOutcome.EXITED,
                                        Optional.of(0),
                                        Map.of(),
                                        Optional.empty(),
                                        false,
                                        Optional.empty())
                                .withArtifacts(List.of(files))),
                EventAttributes.none());
    }

    public DeploymentId id() {
        return new DeploymentId(deployment);
    }

    public ProjectId project() {
        return new ProjectId(shop.project());
    }

    public EnvironmentId environment() {
        return new EnvironmentId(shop.environment());
    }

    public static JsonPath eventually(String path, Predicate<JsonPath> told) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> told.test(Api.expect(200, Api.get(path))));
        return Api.get(path).jsonPath();
    }

    public static Pair pair(String step, String target) {
        return new Pair(
                new StepName(step),
                Optional.of(target).filter(text -> !text.isEmpty()).map(TargetId::new));
    }

    public static Place on(String target) {
        return new Place(
                Optional.of(new TargetId(target)),
                Optional.empty(),
                Optional.of(new RegionId("eu")),
                List.of(new Tag("web")),
                Optional.empty());
    }

    public static Place unavailable(String target, String reason) {
        return new Place(
                Optional.of(new TargetId(target)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.of(reason));
    }

    static Place worker(String worker) {
        return new Place(
                Optional.empty(),
                Optional.of(new WorkerId(worker)),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    public static StepAssignment assignment(
            String step, UnavailableTargets unavailable, Optional<String> skip, Place... places) {
        return new StepAssignment(
                PlannedStep.of(
                                step,
                                PlannedStep.Kind.SCRIPT,
                                new RunOn.Targets(List.of(new Tag("web"))))
                        .unavailable(unavailable)
                        .build(),
                List.of(places),
                skip);
    }
}
