package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.AgentId;

/** Many machines come at the same time, as after a restart of the gateway. */
@GatewayTest
@Timeout(300)
class HerdTest {
    private static final int HERD = 120;

    /** More than there are connections to the database. */
    private static final int WAITING = 12;

    @Inject Scene scene;
    @Inject UnitOfWork unitOfWork;
    @Inject Pod pod;
    @Inject Vertx vertx;

    private Instant leaseUntil() {
        return Scene.onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.select(
                                                        "SELECT lease_until FROM pod WHERE pod = ?1",
                                                        pod.id())
                                                .getFirst()
                                                .instant(0)));
    }

    @Test
    void while_machines_wait_for_the_database_this_process_still_says_that_it_lives()
            throws Exception {
        var agents = new ArrayList<AgentId>();
        var machines = new ArrayList<Machine>();
        for (int i = 0; i < WAITING; i++) {
            agents.add(Scene.anAgent());
            machines.add(scene.enrolled(agents.get(i)));
            machines.get(i).connect(agents.get(i)).hangUp();
        }
        var held = new CountDownLatch(1);
        var enough = new CountDownLatch(1);
        Thread holder = Thread.ofVirtual().start(() -> holdSessions(agents, held, enough));
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        var waiting = new ArrayList<Connection>();
        try {
            for (int i = 0; i < WAITING; i++) {
                Connection connection = machines.get(i).dial().join();
                connection.say(new Hello(1, agents.get(i), "test", List.of(), 1, List.of()));
                waiting.add(connection);
            }
            for (int renewals = 0; renewals < 4; renewals++) {
                Instant before = leaseUntil();
                await().atMost(Duration.ofSeconds(20)).until(() -> leaseUntil().isAfter(before));
            }
            assertThat(waiting).allSatisfy(each -> assertThat(each.heard(Welcome.class)).isEmpty());
        } finally {
            enough.countDown();
            holder.join();
        }
        waiting.forEach(each -> each.await(Welcome.class));
        waiting.forEach(Connection::hangUp);
    }

    private void holdSessions(List<AgentId> agents, CountDownLatch held, CountDownLatch enough) {
        unitOfWork.execute(
                tx -> {
                    tx.select(
                            "SELECT 1 FROM session WHERE agent = ANY(CAST(?1 AS text[])) FOR UPDATE",
                            (Object) agents.stream().map(AgentId::value).toArray(String[]::new));
                    held.countDown();
                    try {
                        enough.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    @Test
    void a_herd_is_taken_in_bit_by_bit_and_whole() {
        var welcomed = ConcurrentHashMap.<AgentId>newKeySet();
        var refused = new AtomicInteger();
        var machines = new ArrayList<Machine>();
        var agents = new ArrayList<AgentId>();
        for (int i = 0; i < HERD; i++) {
            agents.add(Scene.anAgent());
            machines.add(scene.enrolled(agents.get(i)));
        }
        for (int i = 0; i < HERD; i++) {
            dial(machines.get(i), agents.get(i), welcomed, refused);
        }
        var leases = new ArrayList<Instant>();
        await().atMost(Duration.ofMinutes(2))
                .until(
                        () -> {
                            leases.add(leaseUntil());
                            return welcomed.size() == HERD;
                        });
        assertThat(leases.getLast()).isAfter(Instant.now());
        assertThat(leases).isSorted();
        assertThat(refused).as("machines that were told to come later").hasPositiveValue();
    }

    /** Again after a while, as a tentacle does. */
    private void dial(
            Machine machine, AgentId agent, Set<AgentId> welcomed, AtomicInteger refused) {
        machine.upgrade(
                        vertx,
                        text -> {
                            if (text.contains("\"Welcome\"")) {
                                welcomed.add(agent);
                            }
                        })
                .onSuccess(
                        socket -> {
                            socket.closeHandler(closed -> again(machine, agent, welcomed, refused));
                            socket.writeTextMessage(Machine.hello(agent));
                        })
                .onFailure(e -> again(machine, agent, welcomed, refused));
    }

    private void again(
            Machine machine, AgentId agent, Set<AgentId> welcomed, AtomicInteger refused) {
        if (!welcomed.contains(agent)) {
            refused.incrementAndGet();
            vertx.setTimer(200, id -> dial(machine, agent, welcomed, refused));
        }
    }
}
