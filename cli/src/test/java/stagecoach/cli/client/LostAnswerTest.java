package stagecoach.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LostAnswerTest {
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private ApiClient api;
    private int lost;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        api =
                new ApiClient(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
                        Optional.of("key"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** The first answers get lost: the connection ends without one. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            if (keys.size() > lost) {
                byte[] body = "{\"id\": \"d-1\"}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Test
    void what_is_done_once_is_asked_for_again_under_the_same_key() {
        lost = 2;
        assertThat(api.postOnce("/deployments/d-1/cancel", Map.of()).path("id").asText())
                .isEqualTo("d-1");
        assertThat(keys).hasSize(3).allMatch(key -> key != null && key.equals(keys.getFirst()));
    }

    @Test
    void two_calls_have_two_keys() {
        api.postOnce("/deployments/d-1/cancel", Map.of());
        api.postOnce("/deployments/d-1/cancel", Map.of());
        assertThat(keys).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void a_server_that_never_answers_is_given_up() {
        lost = 100;
        assertThatThrownBy(() -> api.postOnce("/deployments/d-1/cancel", Map.of()))
                .isInstanceOf(Unreachable.class);
        assertThat(keys).hasSize(3);
    }
}
