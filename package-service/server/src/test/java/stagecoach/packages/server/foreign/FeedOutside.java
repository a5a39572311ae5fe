package stagecoach.packages.server.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * A NuGet v3 feed of others, read with credentials unless it is open, which can be told to stop
 * answering.
 */
public final class FeedOutside implements AutoCloseable {
    /** What a reader shows, as any user. */
    public static final String PASSWORD = "of-theirs";

    /** What lies at a path. */
    public final Map<String, byte[]> documents = new ConcurrentHashMap<>();

    /** The paths that were asked for, in order. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    /** The ranges that downloads asked for, {@code -} for none, and on which condition. */
    public final List<String> ranges = new CopyOnWriteArrayList<>();

    /** The strong ETag of all its packages; empty for none. */
    public volatile String tag = "";

    /** Whether a download that begins at the first byte breaks off in its middle. */
    public volatile boolean breaksOff;

    /** Whether anybody may read it. */
    public volatile boolean open;

    /** Whether it answers with 503 alone. */
    public volatile boolean down;

    /** Where it sends everybody, if anywhere. */
    public volatile String movedTo = "";

    /** What downloads of {@link #gated} wait for. */
    public volatile @Nullable CountDownLatch gate;

    /** What stands in the paths that wait; all have nothing. */
    public volatile String gated = "";

    /** What downloads that begin at the first byte wait for in their middle. */
    public volatile @Nullable CountDownLatch pause;

    private static final int PIECE = 1 << 16;

    private final AtomicLong bytesGiven = new AtomicLong();
    private final HttpServer server;

    /** One that listens on this computer. */
    public FeedOutside() throws IOException {
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
    public void hold(PackagePin pin, byte[] nupkg, String dependency) {
        String id = pin.id().lower();
        String version = pin.version().lower();
        put("/flat/%s/index.json".formatted(id), "{\"versions\":[\"%s\"]}".formatted(version));
        documents.put("/flat/%1$s/%2$s/%1$s.%2$s.nupkg".formatted(id, version), nupkg);
        put(
                "/reg/%s/index.json".formatted(id),
                """
                {"items":[{"lower":"%2$s","upper":"%2$s","items":[{"catalogEntry":{
                  "id":"%1$s","version":"%2$s","packageHash":"%4$s","dependencyGroups":[
                    {"targetFramework":"net8.0","dependencies":[{"id":"%3$s","range":"[1.0.0, )"}]}]}}]}]}
                """
                        .formatted(pin.id(), pin.version(), dependency, pin.sha512().base64()));
    }

    /** As some feeds do, whose registrations have only what NuGet's clients need. */
    public void tellNoDigest(PackageId id) {
        documents.computeIfPresent(
                "/reg/%s/index.json".formatted(id.lower()),
                (_, told) ->
                        new String(told, UTF_8)
                                .replaceAll("\"packageHash\":\"[^\"]*\",", "")
                                .getBytes(UTF_8));
    }

    /** The body that configures it. */
    public String settings(String... ids) {
        return """
               {"kind":"NUGET","url":"http://127.0.0.1:%d/v3/index.json","downloadAttempts":1,"downloadBackoff":"PT0S",
                "credentials":{"username":"anyone","password":"%s"},"readThrough":{"ids":["%s"]}}"""
                .formatted(port(), PASSWORD, String.join("\",\"", ids));
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** How many bytes of packages it sent. */
    public long bytesGiven() {
        return bytesGiven.get();
    }

    /** How often a package was asked for. */
    public long downloads() {
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
            if (!open && !isReader(exchange)) {
                exchange.sendResponseHeaders(401, -1);
            } else if (!movedTo.isEmpty()) {
                exchange.getResponseHeaders().set("Location", movedTo);
                exchange.sendResponseHeaders(302, -1);
            } else if (down) {
                exchange.sendResponseHeaders(503, -1);
            } else if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
                exchange.sendResponseHeaders(200, -1);
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

    private static boolean isReader(HttpExchange exchange) {
        String shown =
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
                        .replaceFirst("^Basic ", "");
        return Base64.getEncoder()
                .encodeToString(("anyone:" + PASSWORD).getBytes(UTF_8))
                .endsWith(shown);
    }

    private void download(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String condition = exchange.getRequestHeaders().getFirst("If-Range");
        ranges.add((range == null ? "-" : range) + (condition == null ? "" : " if " + condition));
        if (!tag.isEmpty()) {
            exchange.getResponseHeaders().set("ETag", tag);
        }
        if (range == null || (condition != null && !condition.equals(tag))) {
            exchange.sendResponseHeaders(200, body.length);
            give(exchange, body, 0, body.length / 2);
            CountDownLatch until = pause;
            if (until != null) {
                until.await();
            }
            if (!breaksOff) {
                give(exchange, body, body.length / 2, body.length);
            }
            return;
        }
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders()
                .set(
                        "Content-Range",
                        "bytes %d-%d/%d".formatted(from, body.length - 1, body.length));
        exchange.sendResponseHeaders(206, body.length - from);
        give(exchange, body, from, body.length);
    }

    private void give(HttpExchange exchange, byte[] body, int from, int to) throws IOException {
        for (int at = from; at < to; ) {
            int count = Math.min(PIECE, to - at);
            exchange.getResponseBody().write(body, at, count);
            bytesGiven.addAndGet(count);
            at += count;
        }
        // A client that heard nothing at all would ask again by itself.
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
