package stagecoach.tentacle.testing;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;

/** A gateway that says nothing but what a test puts into its mouth. */
public final class SilentGateway implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 40;

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final List<Session> sessions = new CopyOnWriteArrayList<>();
    private int session;
    private int heard;

    private record Session(ServerWebSocket socket, List<String> texts) {}

    public SilentGateway(Identity identity) {
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
                        .webSocketHandler(this::accepted)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    private void accepted(ServerWebSocket socket) {
        var texts = new CopyOnWriteArrayList<String>();
        socket.textMessageHandler(texts::add);
        sessions.add(new Session(socket, texts));
    }

    public URI uri() {
        return URI.create("https://127.0.0.1:" + server.actualPort());
    }

    private Session current() {
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> sessions.size() > session);
        return sessions.get(session);
    }

    /** Says this in the current session. */
    public void say(String text) {
        current().socket().writeTextMessage(text);
    }

    /** What comes next in the current session. */
    public String hear() {
        List<String> texts = current().texts();
        int next = heard++;
        await().atMost(PATIENCE_SECONDS, TimeUnit.SECONDS).until(() -> texts.size() > next);
        return texts.get(next);
    }

    /** Breaks the current session; the next one is the current one then. */
    public void cut() {
        current().socket().close();
        session++;
        heard = 0;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
