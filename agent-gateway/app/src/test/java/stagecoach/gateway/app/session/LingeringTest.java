package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.gateway.app.test.BareSession;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;

/** Those who take long to say what they want, or never do, are closed; others are not kept out. */
@GatewayTest
@Timeout(180)
class LingeringTest {
    private static final Duration PAUSE = Duration.ofMillis(100);

    @Inject Scene scene;

    @ConfigProperty(name = "stagecoach.bytes.port")
    int bytesPort;

    /** One byte after the other to each, until the other side has closed all. */
    private static void drip(SSLSocket... sockets) {
        var open = new ArrayList<>(List.of(sockets));
        await().pollInterval(PAUSE)
                .atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            open.removeIf(LingeringTest::takesNoMore);
                            return open.isEmpty();
                        });
    }

    private static boolean takesNoMore(SSLSocket socket) {
        try {
            socket.getOutputStream().write('a');
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    private static void say(SSLSocket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Test
    void a_connection_without_a_tls_handshake_is_closed() throws Exception {
        try (var tcp =
                new Socket(java.net.InetAddress.getLoopbackAddress(), scene.stranger().port())) {
            tcp.setSoTimeout((int) StagecoachResource.PATIENCE.toMillis());
            assertThat(tcp.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_connection_without_a_request_is_closed_at_both_ports() throws Exception {
        Machine machine = scene.stranger();
        try (SSLSocket session = machine.tls();
                SSLSocket bytes = machine.dialling(bytesPort).tls()) {
            assertThat(session.getInputStream().read()).isEqualTo(-1);
            assertThat(bytes.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_head_that_comes_byte_by_byte_is_not_waited_for() throws Exception {
        Machine machine = scene.stranger();
        try (SSLSocket session = machine.tls();
                SSLSocket bytes = machine.dialling(bytesPort).tls()) {
            for (SSLSocket socket : List.of(session, bytes)) {
                say(socket, "GET /agent HTTP/1.1\nHost: gateway\nX-Slow: ");
            }
            drip(session, bytes);
        }
    }

    @Test
    void an_enrolment_that_comes_byte_by_byte_is_not_waited_for() throws Exception {
        try (SSLSocket socket = scene.stranger().tls()) {
            say(socket, "POST /enrol HTTP/1.1\nHost: gateway\nContent-Length: 5000\n\n");
            drip(socket);
        }
    }

    @Test
    void a_hello_that_comes_bit_by_bit_is_not_waited_for() throws Exception {
        AgentId agent = Scene.anAgent();
        try (BareSession session = BareSession.open(scene.enrolled(agent))) {
            session.begin("{".getBytes(StandardCharsets.US_ASCII));
            session.readToEnd();
        }
    }

    @Test
    void a_frame_that_is_too_large_is_refused_by_its_head() throws Exception {
        AgentId agent = Scene.anAgent();
        try (BareSession session = BareSession.open(scene.enrolled(agent))) {
            session.say(Machine.hello(agent));
            session.readUntil("Welcome");
            session.announce(1L << 40);
            session.readToEnd();
        }
    }

    @Test
    void those_who_only_stand_in_the_door_do_not_keep_it_shut() throws Exception {
        Machine machine = scene.stranger();
        var loiterers = new ArrayList<SSLSocket>();
        try {
            for (int i = 0; i < 80; i++) {
                loiterers.add(machine.tls());
            }
            // There is not room for all of them, and they are told so at once.
            assertThat(
                            loiterers.stream()
                                    .filter(
                                            socket -> {
                                                try {
                                                    socket.setSoTimeout(1_000);
                                                    return socket.getInputStream().read() < 0;
                                                } catch (IOException stillThere) {
                                                    return false;
                                                }
                                            })
                                    .findFirst())
                    .isPresent();
            AgentId agent = Scene.anAgent();
            await().atMost(StagecoachResource.PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThatCode(
                                                    () ->
                                                            scene.enrolled(agent)
                                                                    .connect(agent)
                                                                    .hangUp())
                                            .doesNotThrowAnyException());
        } finally {
            for (SSLSocket socket : loiterers) {
                socket.close();
            }
        }
    }
}
