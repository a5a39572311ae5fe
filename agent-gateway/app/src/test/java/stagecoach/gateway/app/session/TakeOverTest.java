package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.gateway.app.mailbox.CommandReaders;
import stagecoach.gateway.app.test.GatewayResource;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Reader;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** What a gateway process that dies would have read from Kafka is read by another one. */
@QuarkusTest
@QuarkusTestResource(
        value = StagecoachResource.class,
        initArgs = @ResourceArg(name = "schema", value = "gateway"))
@QuarkusTestResource(GatewayResource.class)
@Timeout(180)
class TakeOverTest {
    private static final Logger LOG = Logger.getLogger(TakeOverTest.class);

    /** Of the group, which by itself would not miss a dead member before. */
    private static final Duration KAFKA_WAITS = Duration.ofMinutes(5);

    @Inject Scene scene;
    @Inject AnotherGateway others;
    @Inject CommandReaders readers;
    @Inject SessionStore store;
    @Inject UnitOfWork unitOfWork;
    @Inject Pod pod;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrap;

    @ConfigProperty(name = "mp.messaging.incoming.agent-commands.group.id")
    String group;

    @Test
    void new_commands_that_a_dead_process_would_have_read_reach_their_machines() throws Exception {
        AnotherGateway.Running other = others.start();
        var reader = Reader.of(bootstrap, group, other.pod().member(), KAFKA_WAITS);
        try {
            AgentId agent = agentIn(reader.awaitPartitions());
            Machine machine = scene.enrolled(agent);
            Connection there = machine.dialling(other.port()).connect(agent);

            long killed = System.nanoTime();
            other.kill();
            reader.die();
            there.closedWith();
            Connection here = machine.connect(agent);
            Ticket ticket = Scene.giveScript(agent);

            here.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
            LOG.infof(
                    "from the death of a process to a new command at its machine: %d ms",
                    Duration.ofNanos(System.nanoTime() - killed).toMillis());
            here.hangUp();
        } finally {
            // Whatever went wrong, other tests find no dead reader.
            reader.die();
            readers.remove(Set.of(other.pod().member()));
        }
    }

    private static AgentId agentIn(Set<Integer> partitions) {
        AgentId agent = Scene.anAgent();
        while (!partitions.contains(Reader.partitionOf(agent))) {
            agent = Scene.anAgent();
        }
        return agent;
    }

    @Test
    void a_process_whose_part_is_given_away_although_it_lives_reads_on() throws Exception {
        String before =
                await().atMost(StagecoachResource.PATIENCE)
                        .until(this::ownMembership, Optional::isPresent)
                        .orElseThrow();
        readers.remove(Set.of(pod.member()));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> ownMembership().filter(after -> !after.equals(before)).isPresent());
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        connection.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
        connection.hangUp();
    }

    /** The id that Kafka gave this process when it joined. */
    private Optional<String> ownMembership() throws Exception {
        try (var admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
            return admin
                    .describeConsumerGroups(List.of(group))
                    .all()
                    .get()
                    .get(group)
                    .members()
                    .stream()
                    .filter(member -> member.groupInstanceId().equals(Optional.of(pod.member())))
                    .map(member -> member.consumerId())
                    .findFirst();
        }
    }

    @Test
    void who_was_begun_anew_under_the_same_name_is_not_silent() {
        String name = "begun-anew-" + UUID.randomUUID();
        Duration lease = Duration.ofSeconds(8);
        Duration most = Duration.ofSeconds(3);
        UUID dead = UUID.randomUUID();
        renewed(dead, name, Duration.ofSeconds(2));
        assertThat(silent(lease, most)).doesNotContain(name);
        renewed(dead, name, Duration.ofSeconds(4));
        assertThat(silent(lease, most)).contains(name);
        renewed(UUID.randomUUID(), name, Duration.ZERO);
        assertThat(silent(lease, most)).doesNotContain(name);
    }

    @Test
    void who_has_stopped_or_has_been_silent_for_long_is_left_alone() {
        Duration lease = Duration.ofSeconds(8);
        Duration most = Duration.ofSeconds(3);
        String stopped = "stopped-" + UUID.randomUUID();
        UUID id = UUID.randomUUID();
        renewed(id, stopped, Duration.ofSeconds(4));
        Scene.onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx -> {
                                    store.release(tx, id);
                                    return id;
                                }));
        String gone = "gone-" + UUID.randomUUID();
        renewed(UUID.randomUUID(), gone, Duration.ofMinutes(2));
        assertThat(silent(lease, most)).doesNotContain(stopped, gone);
    }

    /** It renewed its lease of eight seconds so long ago. */
    private void renewed(UUID id, String name, Duration ago) {
        Scene.onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx -> {
                                    store.renew(tx, id, name, Duration.ofSeconds(8).minus(ago));
                                    return id;
                                }));
    }

    private Set<String> silent(Duration lease, Duration most) {
        return Scene.onVirtualThread(() -> unitOfWork.run(tx -> store.silent(tx, lease, most)))
                .stream()
                .map(SessionStore.Silent::member)
                .collect(Collectors.toSet());
    }
}
