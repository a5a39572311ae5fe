package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.gateway.app.mailbox.CommandReaders;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Reader;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * What one gateway process reads from Kafka reaches the machines of the others, and what one that
 * dies would have read is read by another.
 */
@GatewayTest
@Timeout(180)
class TakeOverTest {
    private static final Logger LOG = Logger.getLogger(TakeOverTest.class);

    /** Of the group, which by itself would not miss a dead member before. */
    private static final Duration KAFKA_WAITS = Duration.ofMinutes(5);

    /** So long that what the processes under test do themselves has no part in it. */
    private static final Duration MOST = Duration.ofMinutes(10);

    /** So rarely that a test never sees it happen. */
    private static final Duration HARDLY_EVER = Duration.ofHours(1);

    private static final Duration SPEAKS = Duration.ofMinutes(5);
    private static final Duration SILENT = MOST.plusSeconds(30);
    private static final Duration GONE = Duration.ofMinutes(20);

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

    @Test
    void what_one_process_reads_for_a_machine_of_another_is_told_to_that_one() throws Exception {
        AnotherGateway.Running other = others.start(HARDLY_EVER);
        try {
            AgentId agent = Scene.anAgent();
            Connection there = scene.enrolled(agent).dialling(other.port()).connect(agent);
            // The first may be found by the look with which each session begins.
            for (int i = 0; i < 3; i++) {
                Ticket ticket = Scene.giveScript(agent);
                there.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
            }
            there.hangUp();
        } finally {
            other.stop();
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
        UUID dead = UUID.randomUUID();
        renewed(dead, name, SPEAKS);
        assertThat(silent()).doesNotContain(name);
        renewed(dead, name, SILENT);
        assertThat(silent()).contains(name);
        renewed(UUID.randomUUID(), name, SPEAKS);
        assertThat(silent()).doesNotContain(name);
    }

    @Test
    void who_has_stopped_or_has_been_silent_for_long_is_left_alone() {
        String stopped = "stopped-" + UUID.randomUUID();
        UUID id = UUID.randomUUID();
        renewed(id, stopped, SILENT);
        assertThat(silent()).contains(stopped);
        execute(tx -> store.release(tx, id));
        String gone = "gone-" + UUID.randomUUID();
        renewed(UUID.randomUUID(), gone, GONE);
        assertThat(silent()).doesNotContain(stopped, gone);
    }

    @Test
    void nobody_is_silent_to_himself() {
        String name = "myself-" + UUID.randomUUID();
        UUID id = UUID.randomUUID();
        renewed(id, name, SILENT);
        assertThat(silent()).contains(name);
        assertThat(silentTo(name)).doesNotContain(name);
    }

    @Test
    void everyone_sees_how_long_ago_he_spoke_himself() {
        UUID id = UUID.randomUUID();
        Optional<Duration> none = run(tx -> store.age(tx, id));
        assertThat(none).isEmpty();
        renewed(id, "aged-" + id, SPEAKS);
        Optional<Duration> age = run(tx -> store.age(tx, id));
        assertThat(age.orElseThrow()).isBetween(SPEAKS, SILENT);
    }

    @Test
    void one_of_the_others_takes_over_and_not_again_within_a_minute() {
        String name = "claimed-" + UUID.randomUUID();
        UUID id = UUID.randomUUID();
        renewed(id, name, SILENT);
        SessionStore.Silent seen = silence(id);
        assertThat(claims(seen)).isTrue();
        assertThat(claims(seen)).isFalse();
        assertThat(silent()).doesNotContain(name);

        renewed(id, name, SILENT);
        assertThat(silent()).doesNotContain(name);
        execute(
                tx ->
                        tx.execute(
                                "UPDATE pod_taken SET taken_at = taken_at - interval '2 minutes' WHERE pod = ?1",
                                id));
        SessionStore.Silent again = silence(id);
        assertThat(claims(again)).isTrue();
    }

    @Test
    void two_who_claim_at_the_same_time_do_not_both_get_it() throws Exception {
        UUID id = UUID.randomUUID();
        renewed(id, "contested-" + id, SILENT);
        SessionStore.Silent seen = silence(id);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var claims = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < 4; i++) {
                claims.add(threads.submit(() -> unitOfWork.run(tx -> store.claim(tx, seen))));
            }
            int got = 0;
            for (Future<Boolean> claim : claims) {
                got += claim.get() ? 1 : 0;
            }
            assertThat(got).isEqualTo(1);
        }
    }

    @Test
    void a_claim_that_came_to_nothing_is_free_again() {
        UUID id = UUID.randomUUID();
        renewed(id, "unclaimed-" + id, SILENT);
        SessionStore.Silent seen = silence(id);
        assertThat(claims(seen)).isTrue();
        execute(tx -> store.unclaim(tx, seen));
        assertThat(claims(silence(id))).isTrue();
    }

    @Test
    void who_has_spoken_since_he_was_judged_cannot_be_claimed() {
        UUID id = UUID.randomUUID();
        renewed(id, "spoke-" + id, SILENT);
        SessionStore.Silent seen = silence(id);
        renewed(id, "spoke-" + id, SPEAKS);
        assertThat(claims(seen)).isFalse();
    }

    /** It renewed its lease so long ago; how long the lease is has no part in it. */
    private void renewed(UUID id, String name, Duration ago) {
        execute(
                tx -> {
                    store.renew(tx, id, name, Duration.ofSeconds(1));
                    tx.execute(
                            "UPDATE pod SET renewed_at = now() - ?2 * interval '1 second' WHERE pod = ?1",
                            id,
                            (double) ago.toSeconds());
                });
    }

    private Set<String> silent() {
        return silentTo(pod.member());
    }

    private Set<String> silentTo(String member) {
        List<SessionStore.Silent> silent = run(tx -> store.silent(tx, member, MOST));
        return silent.stream().map(SessionStore.Silent::member).collect(Collectors.toSet());
    }

    private SessionStore.Silent silence(UUID id) {
        List<SessionStore.Silent> silent = run(tx -> store.silent(tx, pod.member(), MOST));
        return silent.stream().filter(each -> each.pod().equals(id)).findFirst().orElseThrow();
    }

    private boolean claims(SessionStore.Silent silent) {
        return run(tx -> store.claim(tx, silent));
    }

    private <T> T run(Function<Tx, T> work) {
        return Scene.onVirtualThread(() -> unitOfWork.run(work));
    }

    private void execute(Consumer<Tx> work) {
        Scene.onVirtualThread(
                () -> {
                    unitOfWork.execute(work);
                    return work;
                });
    }
}
