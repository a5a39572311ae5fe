package stagecoach.orchestrator.app;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/** The agent-gateway, played: machines that enrol, come and go. */
public final class Machines {
    private static final Map<AgentId, Long> VERSIONS = new ConcurrentHashMap<>();

    private Machines() {}

    /** A machine with the tag {@code web} enrols as a target and is well. */
    public static void web(String target, String environment, String region) {
        var id = new TargetId(target);
        enrol(
                AgentId.of(id),
                new ConfigurationDocument.Target(
                        id,
                        target,
                        List.of(new EnvironmentId(environment)),
                        List.of(new Tag("web")),
                        Optional.of(new RegionId(region)),
                        false));
        health(AgentId.of(id), AgentHealth.HEALTHY, "connected");
        awaitHealth("/targets/" + target, AgentHealth.HEALTHY);
    }

    /** The gateway has dialled a machine that was registered so, and it is well. */
    public static void registered(
            String target, String environment, String address, String thumbprint) {
        var id = new TargetId(target);
        enrol(
                AgentId.of(id),
                new ConfigurationDocument.Target(
                        id,
                        target,
                        List.of(new EnvironmentId(environment)),
                        List.of(),
                        Optional.empty(),
                        false,
                        Optional.of(new ConfigurationDocument.Listening(address, thumbprint))));
        health(AgentId.of(id), AgentHealth.HEALTHY, "connected");
        awaitHealth("/targets/" + target, AgentHealth.HEALTHY);
    }

    /** A machine enrols as a worker of a pool and is well. */
    public static void worker(String worker, String pool) {
        var id = new WorkerId(worker);
        enrol(
                AgentId.of(id),
                new ConfigurationDocument.Worker(
                        id, worker, List.of(new PoolId(pool)), Optional.empty(), false));
        health(AgentId.of(id), AgentHealth.HEALTHY, "connected");
        awaitHealth("/workers/" + worker, AgentHealth.HEALTHY);
    }

    /** The connection of a target closes. */
    public static void leaves(String target) {
        health(
                AgentId.of(new TargetId(target)),
                AgentHealth.UNAVAILABLE,
                "its connection has closed");
        awaitHealth("/targets/" + target, AgentHealth.UNAVAILABLE);
    }

    /** It connects again. */
    public static void comesBack(String target) {
        health(AgentId.of(new TargetId(target)), AgentHealth.HEALTHY, "connected");
    }

    private static void enrol(AgentId agent, ConfigurationDocument document) {
        publish(agent, new AgentEnrolled(agent, "ab".repeat(32), document));
    }

    private static void health(AgentId agent, AgentHealth state, String reason) {
        publish(
                agent,
                new AgentHealthChanged(
                        agent, state, reason, Optional.empty(), Optional.empty(), List.of()));
    }

    private static void publish(AgentId agent, AgentReport report) {
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("agent", agent),
                VERSIONS.merge(agent, 1L, Long::sum),
                report,
                EventAttributes.none());
    }

    private static void awaitHealth(String path, AgentHealth health) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                health.name()
                                        .equals(
                                                Api.get(path)
                                                        .jsonPath()
                                                        .getString("health.state")));
    }
}
