package stagecoach.tentacle.session;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.tentacle.home.Settings.Listening;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;

/**
 * Waits to be dialled by the gateway. Only whoever shows its certificate comes beyond the TLS
 * handshake. One session stands at a time, and one more may be about to: the session before it ends
 * when the gateway has welcomed the machine in the new one, so that a gateway process which is not
 * the machine's any more ends nothing by dialling.
 */
final class Listener implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final String PATH = "/agent";
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final int FRAME_BYTES_MAX = 1 << 16;
    private static final int HEADERS_BYTES_MAX = 8 * 1024;
    private static final int IDLE_SECONDS_MAX = 40;
    private static final int CLOSING_SECONDS_MAX = 1;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int START_SECONDS_MAX = 30;

    private final Vertx vertx;
    private final Listening where;
    private final SessionRules rules;
    private final GatewaySession.Party party;
    private final OwnCertificates own;
    private final Strangers strangers = new Strangers();
    private final CountDownLatch stopping = new CountDownLatch(1);

    private final GatewaySession.Turn turns =
            new GatewaySession.Turn() {
                @Override
                public void of(GatewaySession next) throws InterruptedException {
                    turnOf();
                }

                @Override
                public void stands(GatewaySession session) {
                    Listener.this.stands(session);
                }
            };

    private @Nullable Running standing;
    private @Nullable Running coming;

    /** From when a connection is taken until its session stands, or is over. */
    private boolean reserved;

    /** A session, and when it is over. */
    private record Running(GatewaySession session, CompletableFuture<Void> over) {}

    /** A listener that does not listen yet. */
    Listener(Vertx vertx, Listening where, SessionRules rules, GatewaySession.Party party) {
        this.vertx = vertx;
        this.where = where;
        this.rules = rules;
        this.party = party;
        this.own = new OwnCertificates(party.certificates());
    }

    private HttpServerOptions options() {
        var handshakes =
                new Handshakes(
                        new Handshakes.Told() {
                            @Override
                            public void crowded(String from) {
                                strangers.refused(
                                        from,
                                        "so many connections had not shown who they are that it was closed");
                            }

                            @Override
                            public void failed(String from, Throwable why) {
                                handshakeFailed(from, why);
                            }
                        });
        return new HttpServerOptions()
                .setHost(where.host())
                .setPort(where.port())
                .setSsl(true)
                .setUseAlpn(false)
                .setSslEngineOptions(handshakes.engine())
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(own))
                .setTrustOptions(TrustOptions.wrap(PinnedTrust.current(party.gateways()::known)))
                .setSslHandshakeTimeout(rules.connectMax().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxHeaderSize(HEADERS_BYTES_MAX)
                .setIdleTimeout(IDLE_SECONDS_MAX)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxWebSocketFrameSize(FRAME_BYTES_MAX)
                .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setWebSocketClosingTimeout(CLOSING_SECONDS_MAX)
                .setTcpKeepAlive(true);
    }

    @Override
    public String run() throws IOException, InterruptedException {
        HttpServer server =
                vertx.createHttpServer(options())
                        .webSocketHandler(_ -> {})
                        .webSocketHandshakeHandler(this::onHandshake)
                        .requestHandler(
                                request ->
                                        request.response()
                                                .setStatusCode(NOT_FOUND)
                                                .putHeader("Connection", "close")
                                                .end());
        try {
            server.listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "It cannot listen at %s: %s. Is the port taken, or the address that of another machine?"
                            .formatted(where, e.getCause() == null ? e : e.getCause().getMessage()),
                    e);
        }
        LOG.info(
                "listening at={} thumbprint={}", where, party.certificates().toShow().thumbprint());
        stopping.await();
        return "";
    }

    private void handshakeFailed(String from, Throwable why) {
        if (why instanceof ClosedChannelException) {
            strangers.refused(from, "it closed its connection before it showed who it is");
            return;
        }
        // Our own word first: the other side's alert has the same name.
        for (Throwable each = why; each != null; each = each.getCause()) {
            if (each instanceof CertificateException) {
                strangers.refused(from, "it is not the gateway. " + each.getMessage());
                return;
            }
        }
        String words = String.valueOf(why.getMessage());
        if (words.matches(".*Received fatal alert: (certificate_unknown|bad_certificate).*")) {
            strangers.refused(
                    from,
                    "it does not know this machine's certificate; is its thumbprint registered with the gateway?");
            showFormer();
            return;
        }
        strangers.refused(from, "its TLS handshake failed");
    }

    /** A gateway that has forgotten a new certificate knows the one before it. */
    private void showFormer() {
        try {
            party.certificates().refused(party.certificates().toShow());
        } catch (IOException e) {
            LOG.error("this machine's certificate cannot be read", e);
        }
    }

    /** On the event loop. */
    private void onHandshake(ServerWebSocketHandshake handshake) {
        if (!PATH.equals(handshake.path())) {
            handshake.reject(NOT_FOUND);
        } else if (!reserve()) {
            strangers.refused(
                    handshake.remoteAddress().host(), "another session is about to begin");
            handshake.reject(UNAVAILABLE);
        } else {
            accept(handshake);
        }
    }

    /** Whatever goes wrong, the turn is free again. */
    private void accept(ServerWebSocketHandshake handshake) {
        try {
            handshake.accept().onSuccess(this::beginOrClose).onFailure(_ -> free());
        } catch (RuntimeException e) {
            LOG.warn("a connection could not be taken", e);
            free();
        }
    }

    private void beginOrClose(ServerWebSocket socket) {
        try {
            if (isTrusted(socket)) {
                begin(socket);
            } else {
                strangers.refused(
                        socket.remoteAddress().host(), "its certificate is trusted no longer");
                free();
                socket.close();
            }
        } catch (RuntimeException | SSLPeerUnverifiedException e) {
            LOG.warn("a session could not begin", e);
            free();
            socket.close();
        }
    }

    /** TLS lets a session be taken up again without another look at the certificates. */
    private boolean isTrusted(ServerWebSocket socket) throws SSLPeerUnverifiedException {
        return party.gateways().known().contains(Thumbprint.ofPeer(socket.sslSession()));
    }

    private synchronized boolean reserve() {
        if (reserved || stopping.getCount() == 0) {
            return false;
        }
        reserved = true;
        return true;
    }

    private synchronized void free() {
        reserved = false;
        coming = null;
    }

    /** On the event loop: its handlers are set before anything is read. */
    private void begin(ServerWebSocket socket) {
        Identity shown = own.in(socket.sslSession());
        var session = new GatewaySession(party, rules, vertx, socket, shown, turns);
        var running = new Running(session, new CompletableFuture<>());
        synchronized (this) {
            coming = running;
        }
        if (stopping.getCount() == 0) {
            session.close("the tentacle ends");
        }
        Thread.ofVirtual().name("session").start(() -> converse(running));
    }

    private void converse(Running running) {
        try {
            GatewaySession.End end = running.session().run();
            if (!end.comeBack()) {
                LOG.warn("{}; this machine goes on listening", end.reason());
            } else if (end.renewing()) {
                LOG.info("{}", end.reason());
            } else {
                LOG.warn("no session with the gateway: {}", end.reason());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over(running);
        }
    }

    private synchronized void over(Running running) {
        if (running.equals(coming)) {
            free();
        }
        if (running.equals(standing)) {
            standing = null;
        }
        running.over().complete(null);
    }

    /** The gateway has welcomed the machine in the session that comes. */
    private void turnOf() throws InterruptedException {
        Running before;
        synchronized (this) {
            before = standing;
        }
        if (before != null) {
            before.session().close("a newer session of the gateway has begun");
            try {
                before.over().get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a session that is over has no failure", e);
            }
        }
    }

    /** Its number is on disk now, so that an older one is refused: the next one may come. */
    private synchronized void stands(GatewaySession session) {
        if (coming != null && coming.session().equals(session)) {
            standing = coming;
            free();
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
        Running present;
        Running next;
        synchronized (this) {
            present = standing;
            next = coming;
        }
        if (present != null) {
            present.session().close("the tentacle ends");
        }
        if (next != null) {
            next.session().close("the tentacle ends");
        }
    }
}
