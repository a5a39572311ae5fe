package stagecoach.tentacle.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.wire.StagecoachJson;

/** Commands as a gateway delivers them. */
public final class Deliveries {
    public static final AgentId AGENT = AgentId.of(new TargetId("web-1"));
    public static final Mutex ALONE = new Mutex("deploy", Mutex.Mode.EXCLUSIVE);
    public static final Mutex TOGETHER = new Mutex("deploy", Mutex.Mode.SHARED);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Deliveries() {}

    public static Ticket ticket() {
        return Ticket.of("test", NUMBER.incrementAndGet(), System.nanoTime());
    }

    public static Deliver bash(String body) {
        return script(ticket(), Syntax.BASH, body, Map.of(), List.of());
    }

    public static Deliver script(
            Ticket ticket,
            Syntax syntax,
            String body,
            Map<String, String> variables,
            List<String> masks) {
        return script(
                ticket,
                new CommandPayload.Script(syntax, body, variables, masks),
                ALONE,
                Optional.empty(),
                Instant.now().plusSeconds(600));
    }

    public static Deliver script(
            Ticket ticket,
            CommandPayload.Script payload,
            Mutex mutex,
            Optional<Duration> timeout,
            Instant expiresAt) {
        return new Deliver(
                new AgentCommand.RunScript(
                        ticket,
                        AGENT,
                        context("script"),
                        Digest.of(StagecoachJson.bytes(payload)),
                        mutex,
                        timeout,
                        expiresAt),
                Optional.of(payload),
                List.of());
    }

    /** A script with packages beside it. */
    public static Deliver script(
            CommandPayload.Script payload, AgentCommand.ScriptPackage... packages) {
        return new Deliver(
                new AgentCommand.RunScript(
                        ticket(),
                        AGENT,
                        context("script"),
                        Digest.of(StagecoachJson.bytes(payload)),
                        ALONE,
                        Optional.empty(),
                        Instant.now().plusSeconds(600),
                        List.of(packages),
                        Optional.empty(),
                        Optional.empty()),
                Optional.of(payload),
                List.of());
    }

    public static Deliver acquire(
            PackagePin pin, boolean force, List<CacheGrant> grants, Source... sources) {
        return new Deliver(
                new AgentCommand.AcquirePackage(
                        ticket(),
                        AGENT,
                        context("acquire"),
                        pin,
                        List.of(sources),
                        force,
                        Instant.now().plusSeconds(600)),
                Optional.empty(),
                grants);
    }

    public static Deliver install(PackagePin pin, CommandPayload.Install payload) {
        return install(ticket(), pin, payload, Optional.empty());
    }

    public static Deliver install(
            Ticket ticket,
            PackagePin pin,
            CommandPayload.Install payload,
            Optional<Duration> timeout) {
        return new Deliver(
                new AgentCommand.InstallPackage(
                        ticket,
                        AGENT,
                        context("install"),
                        pin,
                        Digest.of(StagecoachJson.bytes(payload)),
                        ALONE,
                        timeout,
                        Instant.now().plusSeconds(600)),
                Optional.of(payload),
                List.of());
    }

    public static Deliver check(CommandPayload.Http payload) {
        return new Deliver(
                new AgentCommand.CheckHttp(
                        ticket(),
                        AGENT,
                        context("check"),
                        Digest.of(StagecoachJson.bytes(payload)),
                        Instant.now().plusSeconds(600)),
                Optional.of(payload),
                List.of());
    }

    private static CommandContext context(String step) {
        return new CommandContext(
                DeploymentId.ofBits(7),
                new ProjectId("shop"),
                new EnvironmentId("prod"),
                new Run(3),
                Optional.of(new StepName(step)),
                Optional.of(new TargetId("web-1")));
    }
}
