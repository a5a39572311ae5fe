package stagecoach.gateway.app.test;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.decider.StreamId;
import stagecoach.gateway.app.enrolment.EnrolmentTokens;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.enrolment.Trust;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Mutex;

/** What tests begin with: enrolled machines, commands of other services, what is reported. */
@Singleton
public class Scene {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final StreamId CAUSE = StreamId.of("steprun", "0123abcd-1");

    private final UnitOfWork unitOfWork;
    private final EnrolmentTokens tokens;
    private final GatewayIdentity identity;
    private final Trust trust;
    private final Clock clock;

    Scene(
            UnitOfWork unitOfWork,
            EnrolmentTokens tokens,
            GatewayIdentity identity,
            Trust trust,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.tokens = tokens;
        this.identity = identity;
        this.trust = trust;
        this.clock = clock;
        OtherServices.running();
    }

    /** An agent that no other test has. */
    public static AgentId anAgent() {
        return new AgentId("target:m-" + NUMBER.incrementAndGet());
    }

    /** A ticket that no other test has. */
    public static Ticket aTicket() {
        return Ticket.of("test", NUMBER.incrementAndGet(), System.nanoTime());
    }

    /** What a target is enrolled as. */
    public static ConfigurationDocument documentOf(AgentId agent) {
        return new ConfigurationDocument.Target(
                agent.target().orElseThrow(),
                agent.bareId(),
                List.of(new EnvironmentId("production")),
                List.of(),
                Optional.empty(),
                false);
    }

    /** A machine that has pinned the gateway. */
    public Machine stranger() {
        return Machine.stranger(identity.thumbprint());
    }

    /** The same with a certificate of a certain sort. */
    public Machine stranger(Papers papers) {
        return Machine.stranger(identity.thumbprint(), papers);
    }

    /** A token for {@code agent}. */
    public String token(AgentId agent, Duration validFor) {
        Instant now = clock.instant();
        return onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tokens.mint(
                                                tx,
                                                agent,
                                                documentOf(agent),
                                                "tester",
                                                now,
                                                now.plus(validFor))));
    }

    /** Whether somebody may still enrol as {@code agent}. */
    public boolean hasToken(AgentId agent) {
        return onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx ->
                                        !tx.select(
                                                        "SELECT 1 FROM enrolment WHERE agent = ?1 AND used_by IS NULL",
                                                        agent.value())
                                                .isEmpty()));
    }

    /** A machine that is trusted as {@code agent}. */
    public Machine enrolled(AgentId agent) {
        Machine machine = stranger();
        var answer = machine.enrol(token(agent, Duration.ofMinutes(5)));
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.body());
        }
        return machine;
    }

    /** Takes the trust in {@code agent} away. */
    public void revoke(AgentId agent) {
        onVirtualThread(() -> trust.revoke(agent, "A test revoked it.", Cause.of(clock, "tester")));
    }

    /** What commands of tests are part of. */
    public static CommandContext context(AgentId agent) {
        return new CommandContext(
                new DeploymentId("0123abcd"),
                new ProjectId("shop"),
                new EnvironmentId("production"),
                new Run(1),
                Optional.of(new StepName("web")),
                agent.target().map(TargetId::value).map(TargetId::new));
    }

    /** A script that the step-runner knows the body of. */
    public static RunScript script(AgentId agent, Ticket ticket, Duration expiresIn) {
        return script(agent, ticket, "echo " + ticket, expiresIn);
    }

    /** A script with this body, which does not expire soon. */
    public static RunScript script(AgentId agent, Ticket ticket, String body) {
        return script(agent, ticket, body, Duration.ofMinutes(10));
    }

    private static RunScript script(AgentId agent, Ticket ticket, String body, Duration expiresIn) {
        var digest =
                OtherServices.running()
                        .payload(
                                ticket,
                                new CommandPayload.Script(
                                        Action.Syntax.BASH,
                                        body,
                                        Map.of("b", "2", "a", "1"),
                                        List.of()));
        return new RunScript(
                ticket,
                agent,
                context(agent),
                digest,
                new Mutex("default", Mutex.Mode.EXCLUSIVE),
                Optional.of(Duration.ofHours(1)),
                Instant.now().plus(expiresIn));
    }

    /** A script whose machine may be out of reach for so long. */
    public static RunScript reaching(AgentId agent, Ticket ticket, Duration reachWithin) {
        RunScript script = script(agent, ticket, Duration.ofMinutes(10));
        return new RunScript(
                script.ticket(),
                script.agent(),
                script.context(),
                script.payloadDigest(),
                script.mutex(),
                script.timeout(),
                script.expiresAt(),
                script.packages(),
                Optional.of(reachWithin),
                Optional.empty());
    }

    /** An acquisition. */
    public static AcquirePackage acquire(
            AgentId agent, Ticket ticket, Sha512 sha512, long size, Source... sources) {
        return new AcquirePackage(
                ticket,
                agent,
                context(agent),
                new PackagePin(
                        new PackageId("Shop.Web"), PackageVersion.parse("1.0.0"), sha512, size),
                List.of(sources),
                false,
                Instant.now().plusSeconds(600));
    }

    /** Publishes a command as its service would. */
    public static void give(AgentCommand command) {
        TestEvents.publish(command, CAUSE, NUMBER.incrementAndGet());
    }

    /** Gives a script that does not expire soon. */
    public static Ticket giveScript(AgentId agent) {
        Ticket ticket = aTicket();
        give(script(agent, ticket, Duration.ofMinutes(10)));
        return ticket;
    }

    /** Publishes a cancel. */
    public static void giveCancel(
            AgentId agent, Ticket ticket, Duration killAfter, Duration abandonAfter) {
        give(new CancelCommand(ticket, agent, context(agent), killAfter, abandonAfter));
    }

    /** A result. */
    public static CommandResult exited(int code) {
        return new CommandResult(
                CommandOutcome.EXITED,
                Optional.of(code),
                Map.of("version", "7"),
                Optional.empty(),
                false,
                Optional.empty());
    }

    /** What is reported of a ticket, once it is as wanted. */
    public static List<AgentReport> reportsOf(Ticket ticket, Predicate<List<AgentReport>> enough) {
        return reports(StreamId.of("ticket", ticket), enough);
    }

    /** What is reported of an agent, once it is as wanted. */
    public static List<AgentReport> reportsOf(AgentId agent, Predicate<List<AgentReport>> enough) {
        return reports(StreamId.of("agent", agent), enough);
    }

    private static List<AgentReport> reports(StreamId stream, Predicate<List<AgentReport>> enough) {
        try (var subscription = TestEvents.consume(Channels.AGENTS)) {
            return events(subscription.until(stream, seen -> enough.test(events(seen))));
        }
    }

    private static List<AgentReport> events(List<TestEvents.Seen> seen) {
        return seen.stream().map(each -> each.event(AgentReport.class)).toList();
    }

    /** Runs what blocks on the database where it may. */
    public static <T> T onVirtualThread(java.util.concurrent.Callable<T> work) {
        var task = new java.util.concurrent.FutureTask<>(work);
        Thread.ofVirtual().start(task);
        try {
            return task.get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The health that a machine's reports tell, in their order. */
    public static List<AgentHealth> healthsIn(List<? extends AgentReport> reports) {
        return reports.stream()
                .filter(AgentHealthChanged.class::isInstance)
                .map(report -> ((AgentHealthChanged) report).state())
                .toList();
    }
}
