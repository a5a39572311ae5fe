package stagecoach.steprunner.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.PhaseStarted;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;
import stagecoach.wire.StagecoachJson;

/**
 * One deployment in a test: its plan, what the orchestrator and the gateway say of it, and what the
 * step-runner answers.
 */
final class Deployed implements AutoCloseable {
    static final PackagePin SHOP =
            new PackagePin(
                    PackageId.parse("Shop.Web"),
                    PackageVersion.parse("1.2.0"),
                    Sha512.parseHex("ab".repeat(64)),
                    1);
    private static final PinnedPackage PINNED =
            new PinnedPackage(
                    FeedId.BUILT_IN,
                    SHOP,
                    AcquisitionLocation.EXECUTION_TARGET,
                    PackageSource.NEAREST_CACHE);
    private static final ProjectId PROJECT = new ProjectId("shop");
    private static final ReleaseVersion RELEASE = new ReleaseVersion("1.2");
    private static final EnvironmentId PRODUCTION = new EnvironmentId("production");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final DeploymentId id = DeploymentId.ofBits(ThreadLocalRandom.current().nextLong());
    private final List<Variable> variables = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final TestEvents.Subscription commands = TestEvents.consume(Channels.AGENT_COMMANDS);
    private final TestEvents.Subscription events = TestEvents.consume(Channels.STEPS);
    private long version;

    Deployed variable(String name, String value) {
        variables.add(new Variable(name, value, false, Scope.EVERYWHERE));
        return this;
    }

    Deployed secret(String name, String value) {
        variables.add(new Variable(name, value, true, Scope.EVERYWHERE));
        return this;
    }

    Deployed script(String name, String body) {
        return step(name, new Action.Script(Syntax.BASH, body), Retries.NONE);
    }

    /** A script that runs only where this template says so. */
    Deployed scriptIf(String name, String body, String onlyIf) {
        return step(name, new Action.Script(Syntax.BASH, body), Retries.NONE, Optional.of(onlyIf));
    }

    /** A script that runs after a failure, too. */
    Deployed always(String name, String body) {
        steps.add(
                Step.of(
                                name,
                                new RunOn.Targets(List.of(new Tag("web"))),
                                new Action.Script(Syntax.BASH, body))
                        .condition(Condition.ALWAYS)
                        .build());
        return this;
    }

    Deployed health(String name) {
        return step(
                name,
                new Action.HealthCheck(UnavailableTargets.FAIL, Duration.ofMinutes(5)),
                Retries.NONE);
    }

    Deployed manual(String name) {
        return step(
                name,
                new Action.ManualIntervention("Look at #{Stagecoach.Release.Version}.", List.of()),
                Retries.NONE);
    }

    Deployed retryingScript(String name, String body, Retries retries) {
        return step(name, new Action.Script(Syntax.BASH, body), retries);
    }

    Deployed stoppingScript(String name, String body, Duration killAfter) {
        var step =
                Step.of(
                                name,
                                new RunOn.Targets(List.of(new Tag("web"))),
                                new Action.Script(Syntax.BASH, body))
                        .timeout(Duration.ofMinutes(5))
                        .killAfter(killAfter);
        steps.add(step.build());
        return this;
    }

    Deployed install(String name) {
        return step(
                name,
                new Action.DeployPackage(
                        new PackageReference(
                                FeedId.BUILT_IN,
                                SHOP.id(),
                                AcquisitionLocation.EXECUTION_TARGET,
                                PackageSource.NEAREST_CACHE),
                        new Action.Install(Optional.empty(), List.of("**/*.conf"))),
                Retries.NONE);
    }

    Deployed check(String name, String url) {
        return step(
                name,
                new Action.HttpCheck(
                        url,
                        "GET",
                        List.of(200),
                        Optional.empty(),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1)),
                Retries.NONE);
    }

    private Deployed step(String name, Action action, Retries retries) {
        return step(name, action, retries, Optional.empty());
    }

    private Deployed step(String name, Action action, Retries retries, Optional<String> onlyIf) {
        var step =
                Step.of(name, new RunOn.Targets(List.of(new Tag("web"))), action)
                        .timeout(Duration.ofMinutes(5))
                        .retries(retries);
        onlyIf.ifPresent(step::onlyIf);
        steps.add(step.build());
        return this;
    }

    /** As it is planned, or on the worker at which it is to be. */
    private static RunOn runOn(Step planned, Place... places) {
        boolean atWorker =
                Arrays.stream(places)
                        .anyMatch(place -> place.worker().isPresent() && place.target().isEmpty());
        return atWorker ? new RunOn.Worker(new PoolId("hq")) : planned.runOn();
    }

    /** A step of the plan at these places. */
    StepAssignment at(String name, Place... places) {
        var planned =
                steps.stream().filter(s -> s.name().value().equals(name)).findFirst().orElseThrow();
        var kind =
                switch (planned.action()) {
                    case Action.Script _ -> PlannedStep.Kind.SCRIPT;
                    case Action.DeployPackage _ -> PlannedStep.Kind.PACKAGE;
                    case Action.HttpCheck _ -> PlannedStep.Kind.HTTP_CHECK;
                    case Action.HealthCheck _ -> PlannedStep.Kind.HEALTH_CHECK;
                    case Action.ManualIntervention _ -> PlannedStep.Kind.MANUAL_INTERVENTION;
                    case Action.Group _ -> throw new IllegalStateException("a group is no step");
                };
        var step =
                PlannedStep.of(planned.name().value(), kind, runOn(planned, places))
                        .batch(1 + steps.indexOf(planned))
                        .condition(planned.condition())
                        .conditional(planned.onlyIf().isPresent())
                        .timeout(Duration.ofMinutes(5))
                        .retries(planned.retries());
        planned.killAfter().ifPresent(step::killAfter);
        if (kind == PlannedStep.Kind.PACKAGE) {
            step.installing(PINNED);
        }
        return new StepAssignment(step.build(), List.of(places), Optional.empty());
    }

    Place target(String name) {
        return new Place(
                Optional.of(targetId(name)),
                Optional.empty(),
                Optional.empty(),
                List.of(new Tag("web")),
                Optional.empty());
    }

    Place worker(String name) {
        return new Place(
                Optional.empty(),
                Optional.of(new WorkerId(name + "-" + id)),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    /** Targets of different deployments have different names, as tests share a broker. */
    TargetId targetId(String name) {
        return new TargetId(name + "-" + id);
    }

    Plan plan() {
        return new Plan(
                PROJECT,
                RELEASE,
                PRODUCTION,
                new DeploymentProcess(steps),
                variables,
                // Makes each deployment's plan a different one.
                Map.of("Deployed", id.value()),
                List.of(PINNED),
                Optional.empty());
    }

    Digest planDigest() {
        return Digest.of(StagecoachJson.bytes(plan()));
    }

    /** The orchestrator has the plan, and says that a run of these steps begins. */
    void begin(int run, StepAssignment... assignments) {
        putPlan();
        say(phase(run, assignments));
    }

    void putPlan() {
        orchestrator("PUT", "/internal/plans/" + planDigest(), StagecoachJson.text(plan()));
    }

    PhaseStarted phase(int run, StepAssignment... assignments) {
        return new PhaseStarted(
                id,
                PROJECT,
                RELEASE,
                PRODUCTION,
                planDigest(),
                Phase.DEPLOYMENT,
                new Run(run),
                1,
                Purpose.NORMAL,
                false,
                new PhaseWork.Steps(Arrays.asList(assignments)),
                Optional.empty());
    }

    static String orchestrator(String method, String path, String body) {
        String url =
                ConfigProvider.getConfig().getValue("STAGECOACH_ORCHESTRATOR_URL", String.class);
        try {
            return HTTP.send(
                            HttpRequest.newBuilder(URI.create(url + path))
                                    .method(method, BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void say(DeploymentEvent event) {
        version++;
        sayAgain(event);
    }

    /** The same event under the same number: a redelivery. */
    void sayAgain(DeploymentEvent event) {
        TestEvents.publish(
                Channels.DEPLOYMENTS,
                StreamId.of("deployment", id),
                version,
                event,
                EventAttributes.of(id, PROJECT, PRODUCTION));
    }

    /** The gateway reports the end of a command. */
    void report(AgentCommand command, CommandResult result) {
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("ticket", command.ticket()),
                1,
                new CommandEnded(command.ticket(), command.agent(), command.context(), result),
                EventAttributes.of(id, PROJECT, PRODUCTION));
    }

    void succeed(AgentCommand command) {
        report(command, exited(0, Map.of()));
    }

    static CommandResult exited(int code, Map<String, String> outputs) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(code),
                outputs,
                Optional.empty(),
                false,
                Optional.empty());
    }

    static CommandResult failed(String words) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(1),
                Map.of(),
                Optional.of(words),
                false,
                Optional.empty());
    }

    static CommandResult cancelled() {
        return new CommandResult(
                CommandOutcome.CANCELLED,
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                false,
                Optional.empty());
    }

    /** All commands of this deployment, once there are {@code count}. */
    List<AgentCommand> commands(int count) {
        return commandsUntil(seen -> seen.size() >= count);
    }

    List<AgentCommand> commandsUntil(Predicate<List<AgentCommand>> enough) {
        long end = System.nanoTime() + StagecoachResource.PATIENCE.toNanos();
        while (true) {
            var seen = commandsSoFar();
            if (enough.test(seen)) {
                return seen;
            }
            assertThat(System.nanoTime()).as("only %s came", seen).isLessThan(end);
        }
    }

    List<AgentCommand> commandsSoFar() {
        return commands.poll().stream()
                .filter(seen -> seen.envelope().deployment().equals(Optional.of(id.value())))
                .map(seen -> seen.event(AgentCommand.class))
                .toList();
    }

    /** The newest command for this place. */
    AgentCommand commandFor(String place, int count) {
        return commands(count).stream()
                .filter(command -> command.agent().bareId().equals(place + "-" + id))
                .reduce((_, newest) -> newest)
                .orElseThrow();
    }

    /** All events of a run, once it has ended. */
    List<StepRunEvent> endOf(int run) {
        return eventsUntil(run, all -> all.getLast() instanceof StepRunEvent.StepRunEnded);
    }

    List<StepRunEvent> eventsUntil(int run, Predicate<List<StepRunEvent>> enough) {
        return events
                .until(
                        StreamId.of("steprun", id + "-" + run),
                        seen ->
                                !seen.isEmpty()
                                        && enough.test(
                                                seen.stream()
                                                        .map(s -> s.event(StepRunEvent.class))
                                                        .toList()))
                .stream()
                .map(seen -> seen.event(StepRunEvent.class))
                .toList();
    }

    @Override
    public void close() {
        commands.close();
        events.close();
    }
}
