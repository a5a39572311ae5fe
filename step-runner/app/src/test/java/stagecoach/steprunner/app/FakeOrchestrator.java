package stagecoach.steprunner.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The far end: gives out the plans that tests put there ({@code PUT /internal/plans/<digest>}),
 * refuses as often as told ({@code PUT /refusals}), and counts how often a plan was asked for
 * ({@code GET /asked/<digest>}).
 */
public final class FakeOrchestrator implements QuarkusTestResourceLifecycleManager {
    private final Map<String, byte[]> plans = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
        return Map.of(
                "STAGECOACH_ORCHESTRATOR_URL", "http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String last = path.substring(path.lastIndexOf('/') + 1);
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("PUT")) {
            if (path.equals("/refusals")) {
                refusals.set(Integer.parseInt(new String(body, UTF_8)));
            } else {
                plans.put(last, body);
            }
            send(exchange, 204, new byte[0]);
        } else if (path.startsWith("/asked/")) {
            int times = asked.getOrDefault(last, new AtomicInteger()).get();
            send(exchange, 200, Integer.toString(times).getBytes(UTF_8));
        } else if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            send(exchange, 500, "not now".getBytes(UTF_8));
        } else if (!String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                .startsWith("Bearer ")) {
            send(exchange, 401, new byte[0]);
        } else {
            asked.computeIfAbsent(last, _ -> new AtomicInteger()).incrementAndGet();
            byte[] plan = plans.get(last);
            send(exchange, plan == null ? 404 : 200, plan == null ? new byte[0] : plan);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }
}
