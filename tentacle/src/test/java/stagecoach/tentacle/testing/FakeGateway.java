package stagecoach.tentacle.testing;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** A gateway that remembers what it is told and does what a test wants. */
public final class FakeGateway implements AutoCloseable {
    /** Time for processes to start and to start again, on a busy computer. */
    private static final int PATIENCE_SECONDS = 90;

    /** One that nobody holds is closed, with its connections. */
    private static final List<WebSocketClient> CLIENTS = new CopyOnWriteArrayList<>();

    private final Vertx vertx = Vertx.vertx();
    private volatile Identity identity;
    private final AtomicInteger port = new AtomicInteger();
    private final AtomicLong epoch = new AtomicLong();
    private final List<TentacleFrame> frames = new CopyOnWriteArrayList<>();
    private final List<GatewayFrame.Deliver> mailbox = new CopyOnWriteArrayList<>();
    private final Set<Ticket> completed = ConcurrentHashMap.newKeySet();
    private final Set<String> clients = ConcurrentHashMap.newKeySet();
    private final Set<String> trusted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refusals = new AtomicInteger();
    private final List<Short> closings = new CopyOnWriteArrayList<>();
    private volatile String present = "";
    private volatile String next = "";
    private volatile boolean renews = true;
    private volatile Consumer<Moment> watcher = _ -> {};
    private volatile boolean welcomes = true;
    private volatile boolean takesOutput = true;
    private volatile boolean completes = true;
    private volatile @Nullable WebSocketBase socket;
    private volatile @Nullable HttpServer server;
    private volatile BiFunction<String, Thumbprint, Answer> enrol = (_, _) -> new Answer(404, "{}");

    /** What has happened of the renewal of a machine's certificate. */
    public enum Moment {
        ANNOUNCED,
        ANSWERED,
        SHOWN,
        WELCOMED
    }

    /** An HTTP answer. */
    public record Answer(int status, String body) {}

    public FakeGateway(Identity identity) {
        this.identity = identity;
        open();
    }

    public void open() {
        server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setClientAuth(ClientAuth.REQUIRED)
                                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(
                                                KeyCertOptions.wrap(identity.keyManager()))
                                        .setTrustOptions(
                                                TrustOptions.wrap(PinnedTrust.anyWellFormed())))
                        .webSocketHandler(_ -> {})
                        .webSocketHandshakeHandler(this::decide)
                        .requestHandler(this::request)
                        .listen(port.get(), "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
        port.set(server.actualPort());
    }

    public void shut() {
        if (server != null) {
            server.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Shows another certificate from now on; all connections break. */
    public void becomes(Identity other) {
        shut();
        identity = other;
        open();
    }

    public URI uri() {
        return URI.create("https://127.0.0.1:" + port.get());
    }

    public int port() {
        return port.get();
    }

    public Thumbprint thumbprint() {
        return identity.thumbprint();
    }

    /** Dials a machine that listens, and talks with it as with one that dials. */
    public CompletableFuture<WebSocket> dial(int to, Thumbprint machine) {
        return dialAs(identity, to, "/agent", machine)
                .thenApply(
                        open -> {
                            converse(open, machine.value());
                            open.resume();
                            return open;
                        });
    }

    /** Dials as somebody, and says nothing. */
    public CompletableFuture<WebSocket> dialAs(
            Identity somebody, int to, String path, Thumbprint machine) {
        WebSocketClient client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setSsl(true)
                                .setVerifyHost(false)
                                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                .setKeyCertOptions(KeyCertOptions.wrap(somebody.keyManager()))
                                .setTrustOptions(TrustOptions.wrap(PinnedTrust.exactly(machine))));
        CLIENTS.add(client);
        return client.connect(to, "127.0.0.1", path)
                .map(open -> open.pause())
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** Whether it answers a hello. */
    public void welcomes(boolean does) {
        welcomes = does;
    }

    private void request(HttpServerRequest request) {
        request.body()
                .onSuccess(
                        body -> {
                            Answer answer = enrol.apply(request.path() + " " + body, peer(request));
                            request.response()
                                    .setStatusCode(answer.status())
                                    .putHeader("Content-Type", "application/json")
                                    .end(answer.body());
                        });
    }

    private static Thumbprint peer(HttpServerRequest request) {
        try {
            return Thumbprint.ofPeer(request.connection().sslSession());
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    public void onEnrol(BiFunction<String, Thumbprint, Answer> answer) {
        enrol = answer;
    }

    private void decide(ServerWebSocketHandshake handshake) {
        String shown = shown(handshake.sslSession());
        if (trusted.isEmpty() || trusted.contains(shown)) {
            handshake.accept().onSuccess(accepted -> converse(accepted, shown));
        } else {
            refusals.incrementAndGet();
            handshake.reject(403);
        }
    }

    private static String shown(javax.net.ssl.SSLSession tls) {
        try {
            return Thumbprint.ofPeer(tls).value();
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void converse(WebSocketBase accepted, String shown) {
        socket = accepted;
        clients.add(shown);
        if (shown.equals(next) && !shown.equals(present)) {
            watcher.accept(Moment.SHOWN);
            trusted.remove(present);
            present = shown;
        }
        accepted.closeHandler(_ -> closings.add(accepted.closeStatusCode()));
        accepted.textMessageHandler(text -> hear(accepted, text));
    }

    private void hear(WebSocketBase from, String text) {
        TentacleFrame frame = StagecoachJson.read(text, TentacleFrame.class);
        frames.add(frame);
        switch (frame) {
            case TentacleFrame.Hello hello -> {
                boolean announces = hello.nextThumbprint().isPresent();
                if (announces) {
                    watcher.accept(Moment.ANNOUNCED);
                }
                if (!welcomes) {
                    return;
                }
                hello.nextThumbprint().filter(_ -> renews).ifPresent(this::trustNext);
                say(
                        from,
                        new GatewayFrame.Welcome(
                                1,
                                epoch.incrementAndGet(),
                                List.of(),
                                hello.nextThumbprint().filter(_ -> renews)));
                watcher.accept(announces ? Moment.ANSWERED : Moment.WELCOMED);
                mailbox.stream()
                        .filter(waiting -> !completed.contains(waiting.command().ticket()))
                        .forEach(waiting -> say(from, waiting));
            }
            case TentacleFrame.Output output -> {
                if (takesOutput) {
                    say(from, new GatewayFrame.OutputTaken(output.ticket(), output.chunk()));
                }
            }
            case TentacleFrame.Ended ended -> {
                if (completes) {
                    completed.add(ended.ticket());
                    say(from, new GatewayFrame.Complete(ended.ticket()));
                }
            }
            case TentacleFrame.Started _,
                    TentacleFrame.Progress _,
                    TentacleFrame.Health _,
                    TentacleFrame.GatewayTrusted _ -> {}
        }
    }

    private static void say(WebSocketBase to, GatewayFrame frame) {
        to.writeTextMessage(StagecoachJson.text(frame));
    }

    private void trustNext(String thumbprint) {
        next = thumbprint;
        trusted.add(thumbprint);
    }

    /** Knows one certificate, and the one that is announced by who shows it. */
    public void trustsOnly(Thumbprint thumbprint) {
        present = thumbprint.value();
        trusted.clear();
        trusted.add(present);
    }

    /** Whether it trusts what is announced, as older ones do not. */
    public void renews(boolean does) {
        renews = does;
    }

    /** Tells of each moment of a renewal, as it comes. */
    public void onMoment(Consumer<Moment> told) {
        watcher = told;
    }

    /** Those that it knows. */
    public Set<String> trusted() {
        return trusted;
    }

    /** How often it did not know who came. */
    public int refusals() {
        return refusals.get();
    }

    /** The codes with which the other side closed. */
    public List<Short> closings() {
        return closings;
    }

    /** Says something on the newest session. */
    public void say(GatewayFrame frame) {
        WebSocketBase to = socket;
        if (to != null && !to.isClosed()) {
            say(to, frame);
        }
    }

    /** Says what is no frame. */
    public void babble(String text) {
        WebSocketBase to = socket;
        if (to != null) {
            to.writeTextMessage(text);
        }
    }

    /** Puts a command into the mailbox: delivered now and at each new session until it is done. */
    public Ticket give(GatewayFrame.Deliver deliver) {
        mailbox.add(deliver);
        say(deliver);
        return deliver.command().ticket();
    }

    public void takesOutput(boolean takes) {
        takesOutput = takes;
    }

    public void completes(boolean does) {
        completes = does;
    }

    public void epoch(long next) {
        epoch.set(next - 1);
    }

    public Set<String> clients() {
        return clients;
    }

    public List<TentacleFrame> frames() {
        return frames;
    }

    public <T extends TentacleFrame> List<T> frames(Class<T> type) {
        return frames.stream().filter(type::isInstance).map(type::cast).toList();
    }

    public void awaitSessions(int count) {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .until(() -> frames(TentacleFrame.Hello.class).size() >= count);
    }

    public boolean hasStarted(Ticket ticket) {
        return frames(TentacleFrame.Started.class).stream()
                .anyMatch(started -> started.ticket().equals(ticket));
    }

    public CommandResult awaitEnd(Ticket ticket) {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> end(ticket).isPresent());
        return end(ticket).orElseThrow();
    }

    private Optional<CommandResult> end(Ticket ticket) {
        return frames(TentacleFrame.Ended.class).stream()
                .filter(ended -> ended.ticket().equals(ticket))
                .map(TentacleFrame.Ended::result)
                .findFirst();
    }

    /** The output of a ticket by chunk, each once; a chunk that came twice must be the same. */
    public List<OutputLine> output(Ticket ticket) {
        var chunks = new java.util.TreeMap<Long, List<OutputLine>>();
        for (TentacleFrame.Output output : frames(TentacleFrame.Output.class)) {
            if (output.ticket().equals(ticket)) {
                List<OutputLine> before = chunks.putIfAbsent(output.chunk(), output.lines());
                if (before != null && !before.equals(output.lines())) {
                    throw new AssertionError("chunk " + output.chunk() + " has changed");
                }
            }
        }
        long expected = 1;
        for (long number : chunks.keySet()) {
            if (number != expected++) {
                throw new AssertionError("there is a gap before chunk " + number);
            }
        }
        return chunks.values().stream().flatMap(List::stream).toList();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
