package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Scene;
import stagecoach.gateway.presence.Epoch;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** Two gateway processes on one database, one of which stops or dies. */
@GatewayTest
class RestartTest {
    @Inject Scene scene;
    @Inject AnotherGateway others;

    private AnotherGateway.Running other;
    private boolean stopped;

    @BeforeEach
    void start() throws Exception {
        other = others.start();
        stopped = false;
    }

    @AfterEach
    void stop() {
        if (!stopped) {
            other.stop();
        }
    }

    private void kill() {
        stopped = true;
        other.kill();
    }

    private Connection connectThere(Machine machine, AgentId agent) {
        return machine.dialling(other.port()).connect(agent);
    }

    private static List<AgentHealth> healthsOf(AgentId agent, int count) {
        return Scene.healthsIn(
                Scene.reportsOf(agent, reports -> Scene.healthsIn(reports).size() >= count));
    }

    @Test
    void a_command_taken_in_by_one_process_is_delivered_by_the_one_that_holds_the_session() {
        AgentId agent = Scene.anAgent();
        Connection there = connectThere(scene.enrolled(agent), agent);
        Ticket ticket = Scene.giveScript(agent);
        assertThat(there.await(Deliver.class).command().ticket()).isEqualTo(ticket);
    }

    @Test
    void a_newer_session_fences_the_older_one() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection there = connectThere(machine, agent);
        Connection here = machine.connect(agent);
        assertThat(here.await(Welcome.class).epoch())
                .isGreaterThan(there.await(Welcome.class).epoch());
        Ticket ticket = Scene.giveScript(agent);
        here.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
        assertThat(there.closedWith()).isEqualTo(4409);
        assertThat(there.heard(Deliver.class)).isEmpty();
        // The older session's end is nobody's news: the agent is here.
        here.hangUp();
        assertThat(healthsOf(agent, 2))
                .containsExactly(AgentHealth.HEALTHY, AgentHealth.UNAVAILABLE);
    }

    @Test
    void an_older_session_refuses_nothing_in_the_name_of_its_agent() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection there = connectThere(machine, agent);
        var older = new Epoch(there.await(Welcome.class).epoch());
        machine.connect(agent).hangUp();
        assertThat(healthsOf(agent, 2)).endsWith(AgentHealth.UNAVAILABLE);
        Ticket ticket = Scene.giveScript(agent);
        Scene.onVirtualThread(
                () -> {
                    other.dispatch().refusing(agent, older, Map.of(ticket, "It is too old."));
                    return older;
                });
        machine.connect(agent)
                .await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
    }

    @Test
    void after_the_database_was_set_back_machines_come_back_by_themselves() {
        AgentId agent = Scene.anAgent();
        Connection back = scene.enrolled(agent).dial().join();
        back.say(hello(agent, Optional.of(41L), Optional.empty()));
        assertThat(back.await(Welcome.class).epoch()).isEqualTo(42);
    }

    @Test
    void an_epoch_that_nobody_can_have_seen_is_no_hello() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).dial().join();
        connection.sayText(
                StagecoachJson.text(hello(agent, Optional.of(41L), Optional.empty()))
                        .replace("41", String.valueOf(Long.MAX_VALUE)));
        assertThat(connection.closedWith()).isEqualTo(1002);
    }

    @Test
    void a_machine_that_is_in_trouble_says_so_as_it_comes_and_when_it_is_over() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).dial().join();
        connection.say(hello(agent, Optional.empty(), Optional.of("only 3 MiB are free")));
        connection.await(Welcome.class);
        assertThat(healthsOf(agent, 1)).containsExactly(AgentHealth.UNHEALTHY);
        connection.say(new Health(1_000_000, Optional.empty()));
        assertThat(healthsOf(agent, 2)).containsExactly(AgentHealth.UNHEALTHY, AgentHealth.HEALTHY);
    }

    private static Hello hello(AgentId agent, Optional<Long> seen, Optional<String> trouble) {
        return new Hello(1, agent, "test", List.of("sh"), 1_000_000, List.of(), seen, trouble);
    }

    @Test
    void a_process_that_dies_does_not_flap_tentacles_that_come_back_and_nothing_runs_twice() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection there = connectThere(machine, agent);
        Ticket ticket = Scene.giveScript(agent);
        there.await(Deliver.class);
        there.say(new Started(ticket));
        Scene.reportsOf(ticket, reports -> !reports.isEmpty());
        kill();
        there.closedWith();
        Connection here = machine.connect(agent, new OpenTicket(ticket, false, 0));
        assertThat(here.await(Welcome.class).openTickets()).containsExactly(ticket);
        here.say(new Started(ticket));
        here.say(new Ended(ticket, Scene.exited(0)));
        here.await(Complete.class);
        assertThat(
                        Scene.reportsOf(
                                ticket,
                                reports ->
                                        reports.stream().anyMatch(CommandEnded.class::isInstance)))
                .hasExactlyElementsOfTypes(CommandStarted.class, CommandEnded.class);
        assertThat(here.heard(Deliver.class)).isEmpty();
        here.hangUp();
        assertThat(healthsOf(agent, 2))
                .containsExactly(AgentHealth.HEALTHY, AgentHealth.UNAVAILABLE);
    }

    @Test
    void tentacles_that_do_not_come_back_from_a_dead_process_become_unavailable() {
        AgentId agent = Scene.anAgent();
        connectThere(scene.enrolled(agent), agent);
        kill();
        var reports = Scene.reportsOf(agent, events -> Scene.healthsIn(events).size() == 2);
        assertThat(reports.getLast())
                .isInstanceOfSatisfying(
                        AgentHealthChanged.class,
                        changed -> {
                            assertThat(changed.state()).isEqualTo(AgentHealth.UNAVAILABLE);
                            assertThat(changed.reason()).contains("has stopped");
                        });
    }

    @Test
    void a_process_that_stops_tells_its_tentacles_to_come_back() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection there = connectThere(machine, agent);
        other.stop();
        stopped = true;
        assertThat(there.await(Goodbye.class).comeBack()).isTrue();
        there.closedWith();
        machine.connect(agent).hangUp();
        assertThat(healthsOf(agent, 2))
                .containsExactly(AgentHealth.HEALTHY, AgentHealth.UNAVAILABLE);
    }

    @Test
    void a_revocation_cuts_a_session_that_another_process_holds() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection there = connectThere(machine, agent);
        scene.revoke(agent);
        there.closedWith();
    }
}
