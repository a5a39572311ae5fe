package stagecoach.packages.feeds.protocol;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/** A server that answers as it is told to, well or badly, and remembers what it was asked. */
final class OddServer implements AutoCloseable {
    final List<Asked> asked = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, ConcurrentLinkedQueue<Behaviour>> once = new ConcurrentHashMap<>();
    private final Map<String, Behaviour> always = new ConcurrentHashMap<>();

    OddServer() throws IOException {
        this(HttpServer.create(loopback(), 0));
    }

    OddServer(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    record Asked(String path, Map<String, List<String>> headers) {
        boolean has(String header) {
            return headers.keySet().stream().anyMatch(header::equalsIgnoreCase);
        }
    }

    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return "http://127.0.0.1:%d%s".formatted(port(), path);
    }

    /** From now on, after what was said for once. */
    OddServer on(String path, Behaviour behaviour) {
        always.put(path, behaviour);
        return this;
    }

    OddServer once(String path, Behaviour behaviour) {
        once.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>()).add(behaviour);
        return this;
    }

    long askedFor(String path) {
        return asked.stream().filter(one -> one.path().equals(path)).count();
    }

    static Behaviour text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    static Behaviour gzipped(String text) {
        return exchange -> {
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write(text.getBytes(StandardCharsets.UTF_8));
            }
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            send(exchange, 200, packed.toByteArray());
        };
    }

    static Behaviour status(int status) {
        return exchange -> send(exchange, status, new byte[0]);
    }

    static Behaviour status(int status, String header, String value) {
        return exchange -> {
            exchange.getResponseHeaders().set(header, value);
            send(exchange, status, new byte[0]);
        };
    }

    /** All of it, whatever was asked. */
    static Behaviour bytes(byte[] content) {
        return exchange -> send(exchange, 200, content);
    }

    /** As a good server does: with an ETag, and ranges. */
    static Behaviour ranged(byte[] content, String etag) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            var range = exchange.getRequestHeaders().getFirst("Range");
            var condition = exchange.getRequestHeaders().getFirst("If-Range");
            if (range == null || (condition != null && !condition.equals(etag))) {
                send(exchange, 200, content);
                return;
            }
            int from = Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
        };
    }

    /**
     * Breaks off after so many bytes; whether it had announced how many there are is its choice.
     */
    static Behaviour cutOff(byte[] content, int after, String etag, boolean announced) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, announced ? content.length : 0);
            exchange.getResponseBody().write(content, 0, after);
            exchange.getResponseBody().flush();
            throw new IOException("cut off on purpose");
        };
    }

    /** Says nothing any more after so many bytes, until the test is over. */
    static Behaviour silentAfter(byte[] content, int after, String etag) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, after);
            exchange.getResponseBody().flush();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Without telling how many there are. */
    static Behaviour chunked(byte[] content) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(content);
            exchange.close();
        };
    }

    /** Says this of its length, and gives nothing. */
    static Behaviour length(String told) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Length", told);
            exchange.sendResponseHeaders(200, 0);
            exchange.close();
        };
    }

    /** A byte now and then, without an end. */
    static Behaviour trickle(Duration every) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            var beat = new Semaphore(0);
            try {
                while (!beat.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS)) {
                    exchange.getResponseBody().write(1);
                    exchange.getResponseBody().flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        asked.add(new Asked(uri.getPath(), Map.copyOf(exchange.getRequestHeaders())));
        var first = once.getOrDefault(uri.getPath(), new ConcurrentLinkedQueue<>()).poll();
        var behaviour = first != null ? first : always.getOrDefault(uri.getPath(), status(404));
        behaviour.answer(exchange);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
