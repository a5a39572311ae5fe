package stagecoach.gateway.app.test;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

/** A machine with a certificate of its own that speaks the true protocol over true TLS. */
public final class Machine {
    private static final List<WebSocketClient> CLIENTS = new CopyOnWriteArrayList<>();

    private final Identity identity;
    private final HttpClient http;
    private final int port;
    private final Thumbprint gateway;

    private Machine(Identity identity, Thumbprint gateway, int port) {
        this.gateway = gateway;
        this.identity = identity;
        this.port = port;
        var tls = new SSLParameters();
        tls.setProtocols(new String[] {"TLSv1.3"});
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .sslContext(identity.tls(PinnedTrust.exactly(gateway)))
                        .sslParameters(tls)
                        .connectTimeout(Duration.ofSeconds(10))
                        .build();
    }

    /** A machine that nobody knows yet, which has pinned the gateway. */
    public static Machine stranger(Thumbprint gateway) {
        try {
            return stranger(
                    gateway,
                    Identity.loadOrCreate(Files.createTempDirectory("machine"), "test machine"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same with a certificate of a certain sort. */
    public static Machine stranger(Thumbprint gateway, Papers papers) {
        try {
            return stranger(gateway, papers.make());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Machine stranger(Thumbprint gateway, Identity identity) {
        return new Machine(
                identity,
                gateway,
                ConfigProvider.getConfig().getValue("STAGECOACH_AGENT_PORT", Integer.class));
    }

    /** The same machine, dialling another port. */
    public Machine dialling(int other) {
        return new Machine(identity, gateway, other);
    }

    /** The same machine after it has made itself a new key. */
    public Machine renewed() {
        try {
            return new Machine(
                    Identity.loadOrCreate(Files.createTempDirectory("machine"), "test machine"),
                    gateway,
                    port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it is known by. */
    public Thumbprint thumbprint() {
        return identity.thumbprint();
    }

    /** Shows a token. */
    public HttpResponse<String> enrol(String token) {
        return send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:%d/enrol".formatted(port)))
                        .header("Content-Type", "application/json")
                        .POST(
                                HttpRequest.BodyPublishers.ofByteArray(
                                        StagecoachJson.bytes(new Enrolment.Request(token, "test"))))
                        .build());
    }

    /** Sends any request over its TLS. */
    public HttpResponse<String> send(HttpRequest request) {
        return send(request, BodyHandlers.ofString());
    }

    /** Sends any request over its TLS. */
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return http.send(request, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a connection and says nothing. */
    public CompletableFuture<Connection> dial() {
        var connection = new Connection();
        return http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(URI.create("wss://127.0.0.1:%d/agent".formatted(port)), connection)
                .thenApply(
                        socket -> {
                            connection.socket = socket;
                            return connection;
                        });
    }

    /** Opens a session, with these tickets in its journal, and waits to be welcomed. */
    public Connection connect(AgentId agent, OpenTicket... journal) {
        return connect(agent, List.of("sh", "bash"), journal);
    }

    /** Opens a session as {@code agent} that can do these things. */
    public Connection connect(AgentId agent, List<String> capabilities, OpenTicket... journal) {
        Connection connection = dial().join();
        connection.say(new Hello(1, agent, "test", capabilities, 1_000_000, List.of(journal)));
        connection.await(Welcome.class);
        return connection;
    }

    /** Opens a session in which it says which certificate it will show from now on. */
    public Connection announcing(AgentId agent, Thumbprint next) {
        Connection connection = dial().join();
        connection.say(
                new Hello(
                        1,
                        agent,
                        "test",
                        List.of("sh"),
                        1_000_000,
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(next.value())));
        connection.await(Welcome.class);
        return connection;
    }

    /**
     * Opens a session as a tentacle does that takes frames of at most 64 KiB, and gives the texts
     * of all messages as they come.
     */
    public List<String> connectTakingSmallFrames(Vertx vertx, AgentId agent) {
        List<String> texts = new CopyOnWriteArrayList<>();
        upgrade(vertx, texts::add)
                .compose(open -> open.writeTextMessage(hello(agent)))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return texts;
    }

    /** What it says first as {@code agent}. */
    public static String hello(AgentId agent) {
        return StagecoachJson.text(new Hello(1, agent, "test", List.of("sh"), 1, List.of()));
    }

    /**
     * Opens a connection that costs no thread of its own, takes frames of at most 64 KiB, and says
     * nothing.
     */
    public Future<WebSocketBase> upgrade(Vertx vertx, Handler<String> texts) {
        WebSocketClient client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setSsl(true)
                                .setVerifyHost(false)
                                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManager()))
                                .setTrustOptions(TrustOptions.wrap(PinnedTrust.exactly(gateway)))
                                .setMaxFrameSize(64 * 1024)
                                .setMaxMessageSize(4 * 1024 * 1024));
        // A client that nobody holds is closed, with its connections.
        CLIENTS.add(client);
        ClientWebSocket socket = client.webSocket();
        socket.textMessageHandler(texts);
        return socket.connect(port, "127.0.0.1", "/agent").map(open -> socket);
    }

    /** A bare TLS connection to its port, over which nothing was said. */
    public SSLSocket tls() throws IOException {
        return tls(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** The same over a TCP connection that there is. */
    public SSLSocket tls(Socket tcp) throws IOException {
        var socket =
                (SSLSocket)
                        identity.tls(PinnedTrust.exactly(gateway))
                                .getSocketFactory()
                                .createSocket(tcp, "127.0.0.1", port, true);
        socket.setSoTimeout((int) StagecoachResource.PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }

    /** The same with the version before, which nobody takes. */
    public SSLSocket tlsOfBefore() throws IOException {
        var socket =
                (SSLSocket)
                        identity.tls(PinnedTrust.exactly(gateway))
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setSoTimeout((int) StagecoachResource.PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }

    /**
     * A TLS connection of somebody who shows no certificate; its failure shows with the reading.
     */
    public SSLSocket tlsWithoutCertificate() throws IOException {
        try {
            var context = javax.net.ssl.SSLContext.getInstance("TLSv1.3");
            context.init(
                    null, new javax.net.ssl.TrustManager[] {PinnedTrust.exactly(gateway)}, null);
            var socket =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) StagecoachResource.PATIENCE.toMillis());
            socket.startHandshake();
            return socket;
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The port that it dials. */
    public int port() {
        return port;
    }

    /** One connection. */
    public static final class Connection implements WebSocket.Listener {
        private final StringBuilder part = new StringBuilder();
        private final List<GatewayFrame> heard = new CopyOnWriteArrayList<>();
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private volatile boolean deaf;
        private @Nullable WebSocket socket;

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                String text = part.toString();
                part.setLength(0);
                texts.add(text);
                heard.add(StagecoachJson.read(text, GatewayFrame.class));
            }
            if (!deaf) {
                webSocket.request(1);
            }
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
            if (!deaf) {
                webSocket.request(1);
            }
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
            closed.complete(status);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.complete(-1);
        }

        /** Sends a frame. */
        public synchronized void say(TentacleFrame frame) {
            sayText(StagecoachJson.text(frame));
        }

        /** Sends any text. */
        public synchronized void sayText(String text) {
            open().sendText(text, true).join();
        }

        /** Sends binary. */
        public synchronized void sayBytes(byte[] bytes) {
            open().sendBinary(ByteBuffer.wrap(bytes), true).join();
        }

        /** Reads nothing more, not even pings, as a machine that hangs. */
        public void goDeaf() {
            deaf = true;
        }

        /** Breaks the connection, as a machine that loses its power. */
        public void drop() {
            open().abort();
        }

        /** Closes the connection properly. */
        public void hangUp() {
            hangUp(1000);
        }

        /** Closes the connection with a code. */
        public void hangUp(int code) {
            open().sendClose(code, "bye").join();
        }

        /** The code with which the other side closed; -1 if it broke. */
        public int closedWith() {
            Awaitility.await().atMost(StagecoachResource.PATIENCE).until(closed::isDone);
            return closed.join();
        }

        /** Whether the other side has not closed. */
        public boolean isOpen() {
            return !closed.isDone();
        }

        /** All frames so far. */
        public List<GatewayFrame> heard() {
            return List.copyOf(heard);
        }

        /** All frames so far of one kind. */
        public <F extends GatewayFrame> List<F> heard(Class<F> kind) {
            return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        /** The texts of all frames so far that contain {@code part}. */
        public List<String> texts(String containing) {
            return texts.stream().filter(text -> text.contains(containing)).toList();
        }

        /** Waits for a frame of this kind. */
        public <F extends GatewayFrame> F await(Class<F> kind) {
            return await(kind, frame -> true);
        }

        /** Waits for a frame of this kind that is as wanted. */
        public <F extends GatewayFrame> F await(Class<F> kind, Predicate<F> wanted) {
            return Awaitility.await()
                    .atMost(StagecoachResource.PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () ->
                                    heard.stream()
                                            .filter(kind::isInstance)
                                            .map(kind::cast)
                                            .filter(wanted)
                                            .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
        }

        private WebSocket open() {
            if (socket == null) {
                throw new IllegalStateException("not connected");
            }
            return socket;
        }
    }
}
