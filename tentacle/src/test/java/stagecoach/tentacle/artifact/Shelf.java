package stagecoach.tentacle.artifact;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;

/** Plays the gateway's bytes port: keeps what is sent to it, or answers as a test wants. */
final class Shelf implements AutoCloseable {
    /** What is answered to a request that is not heard to its end. */
    static final int KEEP = 0;

    static final int NEVER = -1;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile IntUnaryOperator answers = _ -> KEEP;
    private volatile String detail = "";

    Shelf(Identity identity) {
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
                        .requestHandler(this::take)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    URI uri() {
        return URI.create("https://127.0.0.1:" + server.actualPort());
    }

    /** What is answered to the n-th request, counted from 1: {@link #KEEP}, or a status. */
    void answers(IntUnaryOperator toThe, String why) {
        detail = why;
        answers = toThe;
    }

    /** Each request's method, path and whose certificate it showed. */
    List<String> asked() {
        return asked;
    }

    /** What was sent whole, by its path. */
    Map<String, byte[]> kept() {
        return kept;
    }

    private void take(HttpServerRequest request) {
        asked.add("%s %s %s".formatted(request.method(), request.path(), peer(request)));
        int answer = answers.applyAsInt(asked.size());
        if (answer == NEVER) {
            return;
        }
        if (answer != KEEP) {
            request.response()
                    .putHeader("Connection", "close")
                    .setStatusCode(answer)
                    .end("{\"detail\":\"%s\"}".formatted(detail));
            return;
        }
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.body()
                .onSuccess(
                        body -> {
                            kept.put(request.path(), body.getBytes());
                            request.response().setStatusCode(204).end();
                        });
    }

    private static String peer(HttpServerRequest request) {
        try {
            return Thumbprint.ofPeer(request.connection().sslSession()).value();
        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
