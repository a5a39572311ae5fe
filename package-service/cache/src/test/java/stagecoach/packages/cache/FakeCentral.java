package stagecoach.packages.cache;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A central server that serves one package, well unless it is told otherwise. */
final class FakeCentral implements AutoCloseable {
    private final HttpServer server;
    private final byte[] bytes;
    private final Queue<Behaviour> next = new ConcurrentLinkedQueue<>();
    private final List<String> ranges = new CopyOnWriteArrayList<>();
    private final List<String> hosts = new CopyOnWriteArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** What it does about one request. */
    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    FakeCentral(byte[] bytes) {
        this.bytes = bytes.clone();
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    String range = exchange.getRequestHeaders().getFirst("Range");
                    ranges.add(range == null ? "" : range);
                    hosts.add(exchange.getRequestHeaders().getFirst("Host"));
                    Behaviour behaviour = next.poll();
                    try (exchange) {
                        (behaviour == null ? this.well() : behaviour).answer(exchange);
                    }
                });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:%d/package".formatted(server.getAddress().getPort()));
    }

    /** What the next requests meet, one after the other; then all is well. */
    FakeCentral then(Behaviour... behaviours) {
        next.addAll(Arrays.asList(behaviours));
        return this;
    }

    /** The Range headers of all requests so far; empty texts for those without. */
    List<String> ranges() {
        return ranges;
    }

    /** The Host headers of all requests so far. */
    List<String> hosts() {
        return hosts;
    }

    long sent() {
        return sent.get();
    }

    Behaviour well() {
        return exchange -> serve(exchange, bytes, Integer.MAX_VALUE);
    }

    /** Sends so many bytes and cuts the connection. */
    Behaviour cutAfter(int count) {
        return exchange -> serve(exchange, bytes, count);
    }

    Behaviour flipped(int at) {
        byte[] wrong = bytes.clone();
        wrong[at] ^= 1;
        return exchange -> serve(exchange, wrong, Integer.MAX_VALUE);
    }

    /** Answers a request for a range with everything. */
    Behaviour deafToRanges() {
        return exchange -> send(exchange, bytes, 200, 0, Integer.MAX_VALUE);
    }

    /** Sends so many bytes and then nothing until the gate opens. */
    Behaviour stallAfter(int count, CountDownLatch gate) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            // Counted before it goes: the one who gets it may look at once.
            sent.addAndGet(count);
            exchange.getResponseBody().write(bytes, 0, count);
            exchange.getResponseBody().flush();
            try {
                gate.await();
                sent.addAndGet(bytes.length - count);
                exchange.getResponseBody().write(bytes, count, bytes.length - count);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Sends so many bytes and then one every moment. */
    Behaviour dripAfter(int count) {
        return exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            try {
                exchange.getResponseBody().write(bytes, 0, count);
                for (int at = count; !closing.await(10, TimeUnit.MILLISECONDS); at++) {
                    exchange.getResponseBody().write(bytes[at]);
                    exchange.getResponseBody().flush();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    static Behaviour status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    private void serve(HttpExchange exchange, byte[] content, int bytesMax) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from =
                range == null ? 0 : Integer.parseInt(range.replace("bytes=", "").replace("-", ""));
        if (range != null) {
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        send(exchange, content, range == null ? 200 : 206, from, bytesMax);
    }

    private void send(HttpExchange exchange, byte[] content, int status, int from, int bytesMax)
            throws IOException {
        exchange.sendResponseHeaders(status, content.length - from);
        int count = Math.min(bytesMax, content.length - from);
        sent.addAndGet(count);
        exchange.getResponseBody().write(content, from, count);
        exchange.getResponseBody().flush();
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
    }
}
