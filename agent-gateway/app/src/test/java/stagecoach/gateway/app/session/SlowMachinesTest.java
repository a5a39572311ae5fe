package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketBase;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.gateway.app.test.BareSession;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.gateway.app.test.SlowLine;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** Machines that read slowly are waited for, and those that read nothing are not. */
@GatewayTest
@Timeout(240)
class SlowMachinesTest {
    private static final int SCRIPT_CHARS = 3_000_000;

    /** The script takes 15 seconds, nearly twice as long as anyone may be silent in tests. */
    private static final int BYTES_A_SECOND = 200_000;

    private static final int PINGS = 2_000_000;

    @Inject Scene scene;
    @Inject Vertx vertx;

    @Test
    void a_large_script_arrives_over_a_slow_line() throws Exception {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        try (var line = new SlowLine(machine.port(), BYTES_A_SECOND)) {
            List<String> texts = new CopyOnWriteArrayList<>();
            WebSocketBase socket =
                    machine.dialling(line.port())
                            .upgrade(vertx, texts::add)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .join();
            // As every tentacle does.
            long pings = vertx.setPeriodic(1_000, id -> socket.writePing(Buffer.buffer("alive?")));
            socket.writeTextMessage(Machine.hello(agent));
            Ticket ticket = Scene.aTicket();
            Scene.give(Scene.script(agent, ticket, "#".repeat(SCRIPT_CHARS)));
            await().atMost(Duration.ofMinutes(2))
                    .until(
                            () ->
                                    socket.isClosed()
                                            || texts.stream()
                                                    .anyMatch(
                                                            text -> text.contains("\"Deliver\"")));
            assertThat(socket.isClosed()).isFalse();
            vertx.cancelTimer(pings);
            socket.close();
        }
    }

    @Test
    void who_takes_nothing_of_what_it_is_sent_is_given_up_though_it_pings() throws Exception {
        AgentId agent = Scene.anAgent();
        try (BareSession session = BareSession.open(scene.enrolled(agent))) {
            session.say(Machine.hello(agent));
            session.readUntil("Welcome");
            Scene.give(Scene.script(agent, Scene.aTicket(), "#".repeat(SCRIPT_CHARS)));
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> !pings(session));
        }
        assertThat(lastReason(agent)).contains("has taken nothing");
    }

    private static boolean pings(BareSession session) {
        try {
            session.ping(new byte[0]);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    private static String lastReason(AgentId agent) {
        return Scene.reportsOf(agent, reports -> reports.size() >= 3).stream()
                .filter(AgentHealthChanged.class::isInstance)
                .map(report -> ((AgentHealthChanged) report).reason())
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    @Test
    void who_pings_without_end_and_reads_no_answer_is_shown_the_door() throws Exception {
        AgentId agent = Scene.anAgent();
        int sent = 0;
        try (BareSession session = BareSession.open(scene.enrolled(agent))) {
            session.say(Machine.hello(agent));
            session.readUntil("Welcome");
            while (sent < PINGS && pings(session)) {
                sent++;
            }
        }
        assertThat(sent).as("pings until the connection broke").isLessThan(PINGS);
    }
}
