package stagecoach.orchestrator.app.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.live.UnreadStreamTest.Impatient;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;

@OrchestratorTest
@TestProfile(Impatient.class)
class UnreadStreamTest {
    /** More than the buffers of two sockets may hold. */
    private static final long BYTES_MAX = 64_000_000;

    /** A server that has two seconds for readers who do not read. */
    public static final class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("stagecoach.live.unread-max", "2s");
        }
    }

    @Test
    void whoever_follows_and_never_reads_costs_little_and_is_dropped() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(8_192);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), RestAssured.port));
            socket.getOutputStream()
                    .write(
                            "GET /endless HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: %s\r\n\r\n"
                                    .formatted(TestKeys.READ.bearer())
                                    .getBytes(StandardCharsets.US_ASCII));
            await().atMost(StagecoachResource.PATIENCE).untilTrue(EndlessResource.ENDED);
            assertThat(EndlessResource.BYTES.get()).isBetween(1L, BYTES_MAX);
            assertThat(bytesUntilTheEnd(socket)).isLessThan(EndlessResource.BYTES.get());
        }
    }

    private static long bytesUntilTheEnd(Socket socket) throws Exception {
        socket.setSoTimeout(Math.toIntExact(StagecoachResource.PATIENCE.toMillis()));
        long bytes = 0;
        byte[] buffer = new byte[8_192];
        try {
            for (int count = socket.getInputStream().read(buffer);
                    count >= 0;
                    count = socket.getInputStream().read(buffer)) {
                bytes += count;
            }
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        return bytes;
    }
}
