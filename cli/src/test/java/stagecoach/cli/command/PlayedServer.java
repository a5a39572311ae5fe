package stagecoach.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;
import stagecoach.cli.watch.Questions;
import stagecoach.cli.watch.Screen;
import stagecoach.wire.StagecoachJson;

/**
 * A server that answers as it is told, and the command line that talks to it: about nothing but
 * what the document of the API has.
 */
final class PlayedServer implements AutoCloseable {
    private static final Answer NOT_THERE = new Answer(404, "{\"detail\": \"There is none.\"}");
    private static final Answer EMPTY = new Answer(200, "{\"items\": [], \"next\": null}");

    private static final ApiContract CONTRACT = ApiContract.read();

    private final List<String> undocumented = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<Answer>> answers = new HashMap<>();
    private Answer otherwise = NOT_THERE;
    private final List<Asked> asked = new ArrayList<>();
    private final HttpServer server;

    PlayedServer() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    private record Answer(int status, String body) {}

    /** What was asked, such as {@code GET /deployments/d1?limit=1}, with what was sent along. */
    record Asked(String what, String body) {}

    /** What a command said, in which order does not matter, and its exit code. */
    record Said(int exit, String out, String err, String screen) {
        /** All of its output, which is JSON and nothing else. */
        List<JsonNode> documents() throws IOException {
            try (MappingIterator<JsonNode> all =
                    StagecoachJson.mapper().readerFor(JsonNode.class).readValues(screen + out)) {
                return all.readAll();
            }
        }
    }

    /** Gives these documents, one after the other; the last one for ever. */
    PlayedServer answers(String what, String... documents) {
        for (String document : documents) {
            of(what).add(new Answer(200, document));
        }
        return this;
    }

    /** Gives this document to whatever nothing else was said of. */
    synchronized PlayedServer otherwise(String document) {
        otherwise = new Answer(200, document);
        return this;
    }

    /** Gives this answer next. */
    PlayedServer refuses(String what, int status, String sentence) {
        of(what).add(
                        new Answer(
                                status,
                                StagecoachJson.text(
                                        StagecoachJson.mapper()
                                                .createObjectNode()
                                                .put("detail", sentence))));
        return this;
    }

    private synchronized Deque<Answer> of(String what) {
        return answers.computeIfAbsent(what, w -> new ArrayDeque<>());
    }

    /** A deployment that is in these states, one after the other; the last one for ever. */
    PlayedServer deployment(String id, String... states) {
        for (String state : states) {
            answers(
                    "GET /deployments/" + id,
                    """
                    {"id": "%s", "project": "shop", "release": "1.0.0", "environment": "staging",
                     "state": "%s", "attempt": 1, "failure": %s, "waitingFor": [], "phases": []}"""
                            .formatted(
                                    id,
                                    state,
                                    state.equals("FAILED") ? "\"greet failed on web-1\"" : "null"));
        }
        return this;
    }

    /** What was asked that begins so, in order. */
    synchronized List<Asked> asked(String beginning) {
        return asked.stream().filter(each -> each.what().startsWith(beginning)).toList();
    }

    /** What was sent along with the only request that begins so. */
    JsonNode sent(String beginning) {
        List<Asked> all = asked(beginning);
        if (all.size() != 1) {
            throw new AssertionError("asked " + all.size() + " times: " + all);
        }
        return StagecoachJson.read(all.getFirst().body(), JsonNode.class);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String what =
                    exchange.getRequestMethod()
                            + " "
                            + exchange.getRequestURI().toString().replaceFirst("^/api/v1", "");
            CONTRACT.mistake(exchange.getRequestMethod(), exchange.getRequestURI(), body)
                    .ifPresent(mistake -> undocumented.add("%s: %s".formatted(what, mistake)));
            Answer answer = next(what, body);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private synchronized Answer next(String what, String body) {
        asked.add(new Asked(what, body));
        String path = what.replaceFirst("\\?.*", "");
        Deque<Answer> left = answers.get(path);
        if (left == null) {
            return path.matches("GET /deployments/[^/]+/(steps|acquisitions)") ? EMPTY : otherwise;
        }
        return left.size() > 1 ? left.remove() : Objects.requireNonNull(left.peek());
    }

    /** Runs a command where nobody can be asked and nothing is redrawn. */
    Said run(String... words) {
        return run(false, words);
    }

    /** Runs a command where progress is redrawn. */
    Said runAtTerminal(String... words) {
        return run(true, words);
    }

    private Said run(boolean terminal, String... words) {
        var out = new StringWriter();
        var err = new StringWriter();
        var screen = new ByteArrayOutputStream();
        var cli =
                new StagecoachCli(
                        Map.of("STAGECOACH_URL", url(), "STAGECOACH_API_KEY", "key"),
                        LocalDefault.NONE,
                        Questions.NOBODY,
                        new Screen(
                                new PrintStream(screen, true, StandardCharsets.UTF_8), terminal));
        int exit =
                StagecoachCli.commandLine(cli)
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(words);
        if (!undocumented.isEmpty()) {
            throw new AssertionError("docs/openapi.yaml says otherwise: " + undocumented);
        }
        return new Said(
                exit, out.toString(), err.toString(), screen.toString(StandardCharsets.UTF_8));
    }

    /** Where it is. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
