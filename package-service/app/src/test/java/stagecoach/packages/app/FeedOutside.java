package stagecoach.packages.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A NuGet v3 feed of others, read with credentials, which can be told to stop answering. */
final class FeedOutside implements AutoCloseable {
    static final String PASSWORD = "of-theirs";

    /** What lies at a path. */
    final Map<String, byte[]> documents = new ConcurrentHashMap<>();

    /** The paths that were asked for, in order. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** The ranges that downloads asked for, {@code -} for none, and on which condition. */
    final List<String> ranges = new CopyOnWriteArrayList<>();

    /** The strong ETag of all its packages; empty for none. */
    volatile String tag = "";

    /** Whether a download that begins at the first byte breaks off in its middle. */
    volatile boolean breaksOff;

    /** Whether it answers with 503 alone. */
    volatile boolean down;

    /** Where it sends everybody, if anywhere. */
    volatile String movedTo = "";

    /** What downloads of {@link #gated} wait for. */
    volatile @Nullable CountDownLatch gate;

    /** What stands in the paths that wait; all have nothing. */
    volatile String gated = "";

    private final HttpServer server;

    FeedOutside() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        put(
                "/v3/index.json",
                """
                {"version":"3.0.0","resources":[
                  {"@id":"/flat/","@type":"PackageBaseAddress/3.0.0"},
                  {"@id":"/reg/","@type":"RegistrationsBaseUrl/3.6.0"}]}
                """);
    }

    private void put(String path, String text) {
        documents.put(path, text.getBytes(UTF_8));
    }

    /** One version of a package, which depends on another one. */
    void hold(Packages.Nupkg nupkg, String dependency) {
        String id = nupkg.id().lower();
        String version = nupkg.version().lower();
        put("/flat/%s/index.json".formatted(id), "{\"versions\":[\"%s\"]}".formatted(version));
        documents.put("/flat/%1$s/%2$s/%1$s.%2$s.nupkg".formatted(id, version), nupkg.bytes());
        put(
                "/reg/%s/index.json".formatted(id),
                """
                {"items":[{"lower":"%2$s","upper":"%2$s","items":[{"catalogEntry":{
                  "id":"%1$s","version":"%2$s","packageHash":"%4$s","dependencyGroups":[
                    {"targetFramework":"net8.0","dependencies":[{"id":"%3$s","range":"[1.0.0, )"}]}]}}]}]}
                """
                        .formatted(
                                nupkg.id(), nupkg.version(), dependency, nupkg.sha512().base64()));
    }

    /** As some feeds do, whose registrations have only what NuGet's clients need. */
    void tellNoDigest(Packages.Nupkg nupkg) {
        documents.computeIfPresent(
                "/reg/%s/index.json".formatted(nupkg.id().lower()),
                (_, told) ->
                        new String(told, UTF_8)
                                .replaceAll("\"packageHash\":\"[^\"]*\",", "")
                                .getBytes(UTF_8));
    }

    /** The body that configures it. */
    String settings(String... ids) {
        return """
               {"kind":"NUGET","url":"http://127.0.0.1:%d/v3/index.json","downloadAttempts":1,"downloadBackoff":"PT0S",
                "credentials":{"username":"anyone","password":"%s"},"readThrough":{"ids":["%s"]}}"""
                .formatted(port(), PASSWORD, String.join("\",\"", ids));
    }

    int port() {
        return server.getAddress().getPort();
    }

    long downloads() {
        return asked.stream().filter(path -> path.endsWith(".nupkg")).count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            byte[] body = documents.get(path);
            CountDownLatch wait = gate;
            if (wait != null && path.endsWith(".nupkg") && path.contains(gated)) {
                wait.await();
            }
            if (!Http.basic(PASSWORD)
                    .endsWith(
                            String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                                    .replaceFirst("^Basic ", ""))) {
                exchange.sendResponseHeaders(401, -1);
            } else if (!movedTo.isEmpty()) {
                exchange.getResponseHeaders().set("Location", movedTo);
                exchange.sendResponseHeaders(302, -1);
            } else if (down) {
                exchange.sendResponseHeaders(503, -1);
            } else if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (path.endsWith(".nupkg")) {
                download(exchange, body);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void download(HttpExchange exchange, byte[] body) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        ranges.add((range == null ? "-" : range) + (condition == null ? "" : " if " + condition));
        if (!tag.isEmpty()) {
            exchange.getResponseHeaders().set("ETag", tag);
        }
        if (range == null || (condition != null && !condition.equals(tag))) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, breaksOff ? body.length / 2 : body.length);
            // A client that heard nothing at all would ask again by itself.
            exchange.getResponseBody().flush();
            return;
        }
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders()
                .set(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(from, body.length - 1, body.length));
        exchange.sendResponseHeaders(206, body.length - from);
        exchange.getResponseBody().write(body, from, body.length - from);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
