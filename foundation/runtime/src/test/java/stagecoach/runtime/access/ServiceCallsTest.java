package stagecoach.runtime.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
@Timeout(180)
class ServiceCallsTest {
    @Inject ServiceToken tokens;

    @Test
    void a_service_that_falls_silent_within_its_answer_is_not_waited_for_for_ever()
            throws Exception {
        List<Socket> accepted = new ArrayList<>();
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> beginAnswers(server, accepted));
            var calls = new ServiceCalls(tokens, Duration.ofMillis(200));
            String url = "http://127.0.0.1:" + server.getLocalPort();
            assertThatThrownBy(() -> calls.get(url, "/any", String.class))
                    .isInstanceOf(TemporaryFailure.class)
                    .hasMessageContaining("does not answer");
        } finally {
            for (Socket socket : accepted) {
                socket.close();
            }
        }
    }

    private static void beginAnswers(ServerSocket server, List<Socket> accepted) {
        try {
            while (true) {
                Socket socket = server.accept();
                accepted.add(socket);
                socket.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{\"begun\":"
                                        .getBytes(US_ASCII));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
