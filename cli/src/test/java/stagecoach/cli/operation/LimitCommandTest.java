package stagecoach.cli.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;
import stagecoach.wire.StagecoachJson;

/** What is limited on a server that keeps documents as it gets them. */
class LimitCommandTest {
    private final Map<String, String> documents = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring("/api/v1".length());
            if (exchange.getRequestMethod().equals("PUT")) {
                documents.put(
                        path,
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            }
            byte[] body =
                    documents.getOrDefault(path, "{\"items\":[]}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private String run(String... words) {
        out.getBuffer().setLength(0);
        var cli =
                new StagecoachCli(
                        Map.of(
                                "STAGECOACH_URL",
                                "http://127.0.0.1:" + server.getAddress().getPort(),
                                "STAGECOACH_API_KEY",
                                "key"),
                        LocalDefault.NONE);
        int exit = StagecoachCli.commandLine(cli).setOut(new PrintWriter(out, true)).execute(words);
        assertThat(exit).isZero();
        return out.toString();
    }

    private JsonNode document(String path) {
        return StagecoachJson.read(documents.getOrDefault(path, "{}"), JsonNode.class);
    }

    @Test
    void a_limit_changes_alone_and_0_takes_it_away() {
        documents.put(
                "/regions/eu",
                "{\"id\":\"eu\",\"name\":\"Europe\",\"serverFallback\":false,\"bytesPerSecondMax\":null,\"transfersMax\":4}");

        assertThat(run("limit", "region", "eu", "--bytes-per-second-max", "5000000"))
                .contains("5000000", "4");
        assertThat(document("/regions/eu"))
                .isEqualTo(
                        StagecoachJson.read(
                                "{\"id\":\"eu\",\"name\":\"Europe\",\"serverFallback\":false,\"transfersMax\":4,\"bytesPerSecondMax\":5000000}",
                                JsonNode.class));

        run("limit", "region", "eu", "--transfers-max", "0");
        assertThat(document("/regions/eu").has("transfersMax")).isFalse();
        assertThat(document("/regions/eu").path("bytesPerSecondMax").asLong()).isEqualTo(5_000_000);
    }

    @Test
    void without_options_it_is_shown_and_nothing_is_written() {
        String before = "{\"id\":\"eu-1\",\"bytesPerSecondMax\":null,\"transfersMax\":2}";
        documents.put("/caches/eu-1", before);

        assertThat(run("limit", "cache", "eu-1").lines().toList())
                .containsExactly("BYTES A SECOND  PACKAGES AT ONCE", "-               2");
        assertThat(documents).containsEntry("/caches/eu-1", before);
    }

    @Test
    void a_target_is_shown_with_its_caches_the_nearest_first() {
        documents.put(
                "/targets/web-1",
                "{\"id\":\"web-1\",\"region\":\"eu\",\"health\":{\"state\":\"HEALTHY\"}}");
        documents.put("/caches", "{\"items\":[{\"id\":\"eu-1\"},{\"id\":\"eu-2\"}]}");
        documents.put(
                "/caches/eu-1/latencies",
                "{\"items\":[{\"machine\":\"target:web-1\",\"millis\":40,\"at\":\"2026-11-29T08:00:00Z\"},{\"machine\":\"target:web-2\",\"millis\":1,\"at\":\"2026-11-29T08:00:00Z\"}]}");
        documents.put(
                "/caches/eu-2/latencies",
                "{\"items\":[{\"machine\":\"target:web-1\",\"millis\":7,\"at\":\"2026-11-29T08:00:00Z\"}]}");

        assertThat(run("target", "show", "web-1").lines().toList())
                .containsExactly(
                        "web-1  eu  HEALTHY",
                        "CACHE  MS  TOLD",
                        "eu-2   7   2026-11-29T08:00:00Z",
                        "eu-1   40  2026-11-29T08:00:00Z");
        assertThat(
                        StagecoachJson.read(
                                        run("target", "show", "web-1", "--json"), JsonNode.class)
                                .path("latencies")
                                .path(0)
                                .path("cache")
                                .asText())
                .isEqualTo("eu-2");
    }
}
