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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;
import stagecoach.wire.StagecoachJson;

/** A server that keeps documents as it gets them, and the command line that talks to it. */
final class KeptDocuments implements AutoCloseable {
    private final Map<String, String> documents = new HashMap<>();
    private final Set<String> away = new HashSet<>();
    private final HttpServer server;

    KeptDocuments() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1", this::answer);
        server.start();
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
            exchange.sendResponseHeaders(away.contains(path) ? 502 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** What a command writes. */
    String run(String... words) {
        var out = new StringWriter();
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

    void put(String path, String document) {
        documents.put(path, document);
    }

    /** Whoever knows it does not answer. */
    void isAway(String path) {
        away.add(path);
    }

    JsonNode document(String path) {
        return StagecoachJson.read(documents.getOrDefault(path, "{}"), JsonNode.class);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
