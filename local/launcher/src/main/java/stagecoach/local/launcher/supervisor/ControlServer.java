package stagecoach.local.launcher.supervisor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import stagecoach.local.launcher.process.ProcessIdentity;

/** The supervisor's ear on 127.0.0.1, for those who can read its token. */
final class ControlServer {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int BODY_BYTES_MAX = 64 << 10;
    private static final String PROCESSES = "/processes";
    private static final String HELD = "/held";

    private final Supervisor supervisor;
    private final Runnable shutdown;
    private final HttpServer server;
    private final String token;

    /**
     * @param shutdown is called when somebody asks for the end; it returns at once
     */
    ControlServer(Supervisor supervisor, Runnable shutdown) throws IOException {
        this.supervisor = supervisor;
        this.shutdown = shutdown;
        this.token = randomToken();
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
    }

    private static String randomToken() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Listens, and says where. */
    void start(Path folder) throws IOException {
        server.start();
        ProcessIdentity self =
                ProcessIdentity.of(ProcessHandle.current())
                        .orElseThrow(() -> new IOException("this computer tells no start times"));
        new ControlFile(self, server.getAddress().getPort(), token).write(folder);
    }

    private void handle(HttpExchange exchange) throws IOException {
        boolean ends = false;
        try (exchange) {
            Answer answer = isAllowed(exchange) ? answer(exchange) : Answer.error(401, "no token");
            ends = answer.ends();
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } finally {
            // Only now: the answer must be under way before this process ends.
            if (ends) {
                shutdown.run();
            }
        }
    }

    private boolean isAllowed(HttpExchange exchange) {
        @Nullable String given = exchange.getRequestHeaders().getFirst("Authorization");
        return given != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8),
                        ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What is answered.
     *
     * @param ends whether everything is ended behind it
     */
    private record Answer(int status, String body, boolean ends) {
        Answer(int status, String body) {
            this(status, body, false);
        }

        static Answer error(int status, @Nullable String sentence) {
            return new Answer(status, MAPPER.createObjectNode().put("error", sentence).toString());
        }

        static Answer name(int status, String name) {
            return new Answer(status, MAPPER.createObjectNode().put("name", name).toString());
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        String call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        try {
            if (call.equals("GET /status")) {
                return new Answer(200, StatusJson.write(supervisor.status()));
            }
            if (call.equals("POST " + PROCESSES)) {
                return add(MAPPER.readTree(body(exchange)));
            }
            if (call.startsWith("DELETE " + PROCESSES + "/")) {
                return remove(call.substring(call.lastIndexOf('/') + 1));
            }
            if (call.startsWith("POST " + HELD + "/") || call.startsWith("DELETE " + HELD + "/")) {
                String name = call.substring(call.lastIndexOf('/') + 1);
                return known(name, supervisor.hold(name, call.startsWith("POST")));
            }
            if (call.equals("POST /revive")) {
                var names = MAPPER.createObjectNode();
                supervisor.revive().forEach(names.putArray("names")::add);
                return new Answer(200, names.toString());
            }
            if (call.equals("POST /shutdown")) {
                return new Answer(202, "{}", true);
            }
            return Answer.error(404, "there is no " + call);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Answer.error(400, e.getMessage());
        } catch (IllegalStateException e) {
            return Answer.error(409, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.error(503, "interrupted");
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        return exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
    }

    private Answer add(JsonNode body) throws IOException, InterruptedException {
        Map<String, String> options = new HashMap<>();
        body.path("options")
                .properties()
                .forEach(each -> options.put(each.getKey(), each.getValue().asText()));
        return Answer.name(
                201,
                supervisor.add(
                        body.required("kind").asText(), body.required("name").asText(), options));
    }

    private Answer remove(String name) throws IOException, InterruptedException {
        return known(name, supervisor.remove(name));
    }

    private static Answer known(String name, boolean there) {
        return there ? Answer.name(200, name) : Answer.error(404, "no process is called " + name);
    }
}
