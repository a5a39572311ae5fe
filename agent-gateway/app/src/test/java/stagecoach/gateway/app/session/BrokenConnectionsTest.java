package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.channel.Channels;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Logs;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.RestlessMachine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** Connections that break at any message, between machines and two gateway processes. */
@GatewayTest
class BrokenConnectionsTest {
    private static final int MACHINES = 4;
    private static final int TICKETS_EACH = 8;
    private static final double BREAKS = 0.1;

    @Inject Scene scene;
    @Inject AnotherGateway others;

    @Test
    void whatever_breaks_each_command_runs_once_ends_once_and_keeps_its_output() throws Exception {
        var other = others.start();
        var machines = new ArrayList<RestlessMachine>();
        var tickets = new TreeSet<Ticket>();
        try {
            for (int i = 0; i < MACHINES; i++) {
                AgentId agent = Scene.anAgent();
                Machine machine = scene.enrolled(agent);
                machines.add(
                        new RestlessMachine(
                                agent,
                                List.of(machine, machine.dialling(other.port())),
                                41L + i,
                                BREAKS));
                for (int t = 0; t < TICKETS_EACH; t++) {
                    tickets.add(Scene.giveScript(agent));
                }
            }
            Map<Ticket, List<AgentReport>> reports = reportsOf(tickets);
            machines.forEach(RestlessMachine::close);

            assertThat(reports).hasSize(MACHINES * TICKETS_EACH);
            assertThat(reports.values())
                    .allSatisfy(
                            its -> {
                                assertThat(its)
                                        .filteredOn(CommandEnded.class::isInstance)
                                        .singleElement()
                                        .satisfies(
                                                end ->
                                                        assertThat(
                                                                        ((CommandEnded) end)
                                                                                .result()
                                                                                .outcome())
                                                                .isEqualTo(CommandOutcome.EXITED));
                                assertThat(its)
                                        .filteredOn(CommandStarted.class::isInstance)
                                        .hasSizeLessThanOrEqualTo(1);
                            });
            var executions = new HashMap<Ticket, Integer>();
            machines.forEach(machine -> executions.putAll(machine.executions()));
            assertThat(executions).hasSize(tickets.size());
            assertThat(executions.values()).containsOnly(1);
            assertOutputIsWhole(tickets);
            assertThat(machines.stream().mapToInt(RestlessMachine::sessions).sum())
                    .as("sessions, so that something did break: " + machines.getFirst().broken())
                    .isGreaterThan(MACHINES);
        } finally {
            machines.forEach(RestlessMachine::close);
            other.stop();
        }
    }

    private static Map<Ticket, List<AgentReport>> reportsOf(Set<Ticket> tickets) {
        try (var subscription = TestEvents.consume(Channels.AGENTS)) {
            return await().atMost(Duration.ofMinutes(2))
                    .pollInSameThread()
                    .until(
                            () -> byTicket(subscription.poll(), tickets),
                            found ->
                                    found.size() == tickets.size()
                                            && found.values().stream()
                                                    .allMatch(
                                                            its ->
                                                                    its.stream()
                                                                            .anyMatch(
                                                                                    CommandEnded
                                                                                                    .class
                                                                                            ::isInstance)));
        }
    }

    private static Map<Ticket, List<AgentReport>> byTicket(
            List<TestEvents.Seen> seen, Set<Ticket> tickets) {
        Map<String, Ticket> streams =
                tickets.stream()
                        .collect(Collectors.toMap(ticket -> "ticket-" + ticket, ticket -> ticket));
        var found = new HashMap<Ticket, List<AgentReport>>();
        for (TestEvents.Seen each : seen) {
            Ticket ticket = streams.get(each.envelope().stream().value());
            if (ticket != null) {
                found.computeIfAbsent(ticket, t -> new ArrayList<>())
                        .add(each.event(AgentReport.class));
            }
        }
        return found;
    }

    /** A repeat is the read side's to pass over. */
    private static void assertOutputIsWhole(Set<Ticket> tickets) {
        var different = new HashSet<String>();
        int all = tickets.size() * RestlessMachine.CHUNKS;
        Logs.until(
                LogEntry.Output.class,
                output ->
                        tickets.contains(output.ticket())
                                && different.add(output.ticket() + "/" + output.chunk()),
                all);
        assertThat(different).hasSize(all);
    }
}
