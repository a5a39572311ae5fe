package stagecoach.local.launcher.installation;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands for a service: is ready at once, learns of the administrator's key a little later, and
 * tells which environment it was given.
 */
final class FakeService {
    private FakeService() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(System.getenv("QUARKUS_HTTP_PORT"));
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
        AtomicInteger refusals = new AtomicInteger(3);
        server.createContext(
                "/",
                exchange -> {
                    if (exchange.getRequestURI().getPath().startsWith("/api/v1/")
                            && refusals.getAndDecrement() > 0) {
                        exchange.sendResponseHeaders(401, -1);
                        exchange.close();
                        return;
                    }
                    byte[] answer = environment().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
    }

    private static String environment() {
        Map<String, String> ours = new TreeMap<>(System.getenv());
        ours.keySet().removeIf(name -> !name.startsWith("STAGECOACH_"));
        return String.join("\n", ours.keySet());
    }
}
