package stagecoach.packages.server.foreign;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** A NuGet server of somebody else, deliberately simple, which can be told to behave badly. */
public final class ForeignServer implements AutoCloseable {
    /** The key that may push there. */
    public static final String KEY = "push-key-of-theirs";

    private static final Pattern NAME =
            Pattern.compile("<id>(.*?)</id>.*?<version>(.*?)</version>", Pattern.DOTALL);

    /** By lower-cased {@code id/version}. */
    public final Map<String, byte[]> held = new ConcurrentHashMap<>();

    /** What was asked of it, in order. */
    public final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** Statuses to answer the next pushes with, instead of taking them. */
    public final Queue<Integer> pushAnswers = new ConcurrentLinkedQueue<>();

    /** The {@code Retry-After} of these; empty for none. */
    public volatile String retryAfter = "";

    /** What the next pushes run into when half of their bytes have come. */
    public final Queue<Middle> middles = new ConcurrentLinkedQueue<>();

    /** What happens in the middle of a push. */
    public enum Middle {
        /** The line breaks. */
        CUT,
        /** No more is read, and nothing said. */
        STALL,
        /** The disk is full, and says so. */
        FULL
    }

    /** Where it sends whoever asks for its index, if anywhere. */
    public volatile String movedTo = "";

    /** Where it says that its packages lie. */
    public volatile String flatAt = "/flat/";

    /** Where it says that it takes packages. */
    public volatile String publishAt = "/push";

    /** How many looks still do not see what was pushed. */
    public final AtomicInteger hiddenFor = new AtomicInteger();

    /** Statuses to answer the next looks with, whatever there is; 200 for an honest answer. */
    public final Queue<Integer> lookAnswers = new ConcurrentLinkedQueue<>();

    /** Set so that a push that has come whole is worked on until it is counted down. */
    public volatile @Nullable CountDownLatch working;

    /** What a gateway before it says to a push, whatever became of it; 0 if there is none. */
    public volatile int gatewaySays;

    /** Whether the line breaks before its answer to a push. */
    public volatile boolean hangsUp;

    /** Whether its index tells the type of each resource as one of several. */
    public volatile boolean typesAreLists;

    /** Whether it removes what it is told to. */
    public volatile boolean deletes = true;

    /** Whether a removal only takes a package out of lists, as the protocol allows. */
    public volatile boolean hides;

    /** Names that are out of lists. */
    public final Set<String> hidden = ConcurrentHashMap.newKeySet();

    /** Set so that the next index ends in its middle, until it is counted down. */
    public volatile @Nullable CountDownLatch stalled;

    private final AtomicLong bytesTaken = new AtomicLong();
    private final AtomicLong bytesGiven = new AtomicLong();

    private final HttpServer server;

    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * A request.
     *
     * @param at by the clock of the process, in nanoseconds
     */
    public record Asked(String method, String path, Map<String, List<String>> headers, long at) {
        /** One of its headers; empty if it has none of that name. */
        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .flatMap(header -> header.getValue().stream())
                    .findFirst()
                    .orElse("");
        }
    }

    /** One that listens on this computer. */
    public ForeignServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Where its service index is. */
    public String index() {
        return "http://127.0.0.1:%d/v3/index.json".formatted(server.getAddress().getPort());
    }

    /** How often something was asked of it by this method. */
    public long asked(String method) {
        return asked.stream().filter(one -> one.method().equals(method)).count();
    }

    /** How many bytes of packages it was pushed, whatever became of them. */
    public long bytesTaken() {
        return bytesTaken.get();
    }

    /** How many bytes of packages it gave to those who read. */
    public long bytesGiven() {
        return bytesGiven.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            String path = exchange.getRequestURI().getPath();
            asked.add(
                    new Asked(
                            method,
                            path,
                            Map.copyOf(exchange.getRequestHeaders()),
                            System.nanoTime()));
            Middle middle = method.equals("PUT") ? middles.poll() : null;
            if (middle != null) {
                stop(exchange, middle);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (path.endsWith(".json") && !path.equals(movedTo) && !movedTo.isEmpty()) {
                exchange.getResponseHeaders().set("Location", movedTo);
                say(exchange, 302, new byte[0]);
            } else if (path.endsWith(".json")) {
                index(exchange);
            } else if (path.startsWith("/flat/")) {
                flat(exchange, path);
            } else if (!KEY.equals(exchange.getRequestHeaders().getFirst("X-NuGet-ApiKey"))) {
                say(exchange, 403, new byte[0]);
            } else if (method.equals("DELETE")) {
                String name = path.substring("/push/".length()).toLowerCase(Locale.ROOT);
                if (hides) {
                    hidden.add(name);
                } else if (deletes) {
                    held.remove(name);
                }
                say(exchange, deletes ? 204 : 405, new byte[0]);
            } else if (method.equals("POST")) {
                hidden.remove(path.substring("/push/".length()).toLowerCase(Locale.ROOT));
                say(exchange, 200, new byte[0]);
            } else {
                push(exchange, body);
            }
        }
    }

    private void stop(HttpExchange exchange, Middle how) throws IOException {
        long length = Long.parseLong(exchange.getRequestHeaders().getFirst("Content-Length"));
        exchange.getRequestBody().skipNBytes(length / 2);
        switch (how) {
            case CUT -> throw new IOException("cut on purpose");
            case STALL -> awaited(over);
            case FULL -> {
                exchange.sendResponseHeaders(507, 1);
                exchange.getResponseBody().flush();
                // Who closes with bytes unread resets the line, and its answer with it.
                exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
                exchange.getResponseBody().write('.');
            }
        }
    }

    private void index(HttpExchange exchange) throws IOException {
        byte[] document = document();
        CountDownLatch until = stalled;
        stalled = null;
        if (until == null) {
            say(exchange, 200, document);
            return;
        }
        exchange.sendResponseHeaders(200, document.length);
        exchange.getResponseBody().write(document, 0, 20);
        exchange.getResponseBody().flush();
        awaited(until);
    }

    private static void awaited(@Nullable CountDownLatch until) {
        if (until == null) {
            return;
        }
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] document() {
        return """
               {"version":"3.0.0","resources":[
                 {"@id":"%s","@type":%s},
                 {"@id":"%s","@type":%s}]}
               """
                .formatted(
                        flatAt,
                        type("PackageBaseAddress/3.0.0"),
                        publishAt,
                        type("PackagePublish/2.0.0"))
                .getBytes(UTF_8);
    }

    private String type(String type) {
        return (typesAreLists ? "[\"Another/1.0.0\",\"%s\"]" : "\"%s\"").formatted(type);
    }

    private void flat(HttpExchange exchange, String path) throws IOException {
        String[] names = path.substring("/flat/".length()).split("/", -1);
        Integer told = lookAnswers.poll();
        if (told != null && told != 200) {
            say(exchange, told, new byte[0]);
            return;
        }
        byte[] bytes = held.get(names[0] + "/" + names[1]);
        if (bytes == null || hiddenFor.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            say(exchange, 404, new byte[0]);
        } else {
            if (exchange.getRequestMethod().equals("GET")) {
                bytesGiven.addAndGet(bytes.length);
            }
            say(exchange, 200, bytes);
        }
    }

    private void push(HttpExchange exchange, byte[] body) throws IOException {
        Integer told = pushAnswers.poll();
        if (told != null) {
            if (!retryAfter.isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            say(exchange, told, new byte[0]);
            return;
        }
        // The first part, between the first empty line and the last boundary.
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int from = text.indexOf("\r\n\r\n") + 4;
        int to = text.lastIndexOf("\r\n--");
        byte[] nupkg = Arrays.copyOfRange(body, from, to);
        bytesTaken.addAndGet(nupkg.length);
        String name = nameIn(nupkg);
        awaited(working);
        boolean fresh = held.putIfAbsent(name, nupkg) == null;
        if (!hangsUp) {
            say(exchange, gatewaySays > 0 ? gatewaySays : fresh ? 201 : 409, new byte[0]);
        }
    }

    private static String nameIn(byte[] nupkg) throws IOException {
        try (var zip = new ZipInputStream(new ByteArrayInputStream(nupkg))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".nuspec")) {
                    Matcher found = NAME.matcher(new String(zip.readAllBytes(), UTF_8));
                    if (found.find()) {
                        return (found.group(1) + "/" + found.group(2)).toLowerCase(Locale.ROOT);
                    }
                }
            }
        }
        throw new IOException("no package came");
    }

    private static void say(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
        }
        exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        over.countDown();
        server.stop(0);
    }
}
