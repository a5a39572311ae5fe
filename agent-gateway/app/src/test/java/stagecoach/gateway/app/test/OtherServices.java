package stagecoach.gateway.app.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.contracts.agent.GatewayFrame.FeedPlace;
import stagecoach.contracts.internal.KeepOutputs;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/** Plays the step-runner and the package-service: payloads, grants, bytes. */
public final class OtherServices {
    /** What every machine is told to keep. */
    public static final Sha512 NEEDED = Sha512.hashOf(new byte[] {78});

    private static final OtherServices INSTANCE = new OtherServices();

    private final Map<Ticket, CommandPayload> payloads = new ConcurrentHashMap<>();
    private final Map<Sha512, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<Sha512, HttpHandler> oddities = new ConcurrentHashMap<>();
    private final Map<Sha512, String> readers = new ConcurrentHashMap<>();
    private final Map<String, byte[]> artifacts = new ConcurrentHashMap<>();
    private final List<MintGrants.Request> granted = new CopyOnWriteArrayList<>();
    private final List<KeepOutputs.Request> kept = new CopyOnWriteArrayList<>();
    private final List<List<Ticket>> batches = new CopyOnWriteArrayList<>();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private volatile boolean away;

    private OtherServices() {
        URI at =
                URI.create(
                        ConfigProvider.getConfig()
                                .getValue("STAGECOACH_STEP_RUNNER_URL", String.class));
        try {
            var server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort()),
                            0);
            server.createContext("/internal/payloads", this::onPayloads);
            server.createContext("/internal/sensitive-outputs", this::onSensitiveOutputs);
            server.createContext("/internal/grants", this::onGrants);
            server.createContext("/internal/blobs/", this::onBlobs);
            server.createContext("/internal/artifacts/", this::onArtifacts);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** They run from now on. */
    public static OtherServices running() {
        return INSTANCE;
    }

    /** The payload that a ticket will be delivered with; its digest goes into the command. */
    public Digest payload(Ticket ticket, CommandPayload payload) {
        payloads.put(ticket, payload);
        return Digest.of(StagecoachJson.bytes(payload));
    }

    /** The work that a ticket is part of has ended. */
    public void payloadGone(Ticket ticket) {
        payloads.remove(ticket);
    }

    /** For whom a digest was read last, as the package-service is told. */
    public String reader(Sha512 sha512) {
        return readers.getOrDefault(sha512, "");
    }

    /** The package-service holds these bytes. */
    public Sha512 blob(byte[] bytes) {
        Sha512 sha512 = Sha512.hashOf(bytes);
        blobs.put(sha512, bytes);
        return sha512;
    }

    /** The package-service does this when a digest is read. */
    public void does(Sha512 sha512, HttpHandler oddity) {
        oddities.put(sha512, oddity);
    }

    /** What came to be kept, by {@code <ticket>/<sha256>?<query>}. */
    public Map<String, byte[]> artifacts() {
        return artifacts;
    }

    /** Neither answers, until told otherwise. */
    public void away(boolean now) {
        away = now;
    }

    /** How many requests were not answered because of that. */
    public int turnedAway() {
        return turnedAway.get();
    }

    /** The grants that were asked for. */
    public List<MintGrants.Request> granted() {
        return granted;
    }

    /** The sensitive outputs that came for a ticket, each time that they came. */
    public List<Map<String, String>> kept(Ticket ticket) {
        return kept.stream()
                .filter(request -> request.ticket().equals(ticket))
                .map(KeepOutputs.Request::outputs)
                .toList();
    }

    /** The tickets of each request for payloads. */
    public List<List<Ticket>> batches() {
        return batches;
    }

    private void onPayloads(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        var request =
                StagecoachJson.read(
                        exchange.getRequestBody().readAllBytes(), ReadPayloads.Request.class);
        batches.add(request.tickets());
        var found = new ArrayList<ReadPayloads.Entry>();
        for (Ticket ticket : request.tickets()) {
            CommandPayload payload = payloads.get(ticket);
            if (payload != null) {
                found.add(
                        new ReadPayloads.Entry(
                                ticket, Digest.of(StagecoachJson.bytes(payload)), payload));
            }
        }
        answer(exchange, 200, StagecoachJson.bytes(new ReadPayloads.Response(found)));
    }

    private void onSensitiveOutputs(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        var request =
                StagecoachJson.read(
                        exchange.getRequestBody().readAllBytes(), KeepOutputs.Request.class);
        kept.add(request);
        answer(exchange, 200, StagecoachJson.bytes(new KeepOutputs.Response(true)));
    }

    private void onGrants(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        var request =
                StagecoachJson.read(
                        exchange.getRequestBody().readAllBytes(), MintGrants.Request.class);
        granted.add(request);
        var grants =
                request.caches().stream()
                        .map(cache -> new CacheGrant(cache, "grant-for-" + cache))
                        .toList();
        var feeds =
                request.feeds().stream()
                        .map(
                                feed ->
                                        new FeedPlace(
                                                feed,
                                                "https://%s.example/index.json".formatted(feed)))
                        .toList();
        answer(
                exchange,
                200,
                StagecoachJson.bytes(
                        new MintGrants.Response(grants, Optional.of(List.of(NEEDED)), feeds)));
    }

    private void onBlobs(HttpExchange exchange) throws IOException {
        if (refused(exchange)) {
            return;
        }
        String path = exchange.getRequestURI().getPath();
        var sha512 = new Sha512(path.substring(path.lastIndexOf('/') + 1));
        readers.put(sha512, exchange.getRequestURI().getQuery());
        HttpHandler oddity = oddities.get(sha512);
        if (oddity != null) {
            try (exchange) {
                oddity.handle(exchange);
            }
            return;
        }
        byte[] bytes = blobs.get(sha512);
        if (bytes == null) {
            answer(exchange, 404, new byte[0]);
            return;
        }
        String tag = "\"" + sha512 + "\"";
        exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
        exchange.getResponseHeaders().set("ETag", tag);
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (!exchange.getRequestHeaders().getOrDefault("If-Range", List.of(tag)).contains(tag)) {
            range = null;
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        } else if (range != null) {
            int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
            answer(exchange, 206, java.util.Arrays.copyOfRange(bytes, from, bytes.length));
        } else {
            answer(exchange, 200, bytes);
        }
    }

    private void onArtifacts(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (refused(exchange)) {
            return;
        }
        String path =
                exchange.getRequestURI().toString().substring("/internal/artifacts/".length());
        if (!path.contains("/" + Digest.of(body).value())) {
            answer(exchange, 422, "{\"detail\":\"other bytes came\"}".getBytes(UTF_8));
            return;
        }
        artifacts.put(path, body);
        answer(exchange, 204, new byte[0]);
    }

    private boolean refused(HttpExchange exchange) throws IOException {
        if (away) {
            turnedAway.incrementAndGet();
            answer(exchange, 503, new byte[0]);
            return true;
        }
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            answer(exchange, 401, new byte[0]);
            return true;
        }
        return false;
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
