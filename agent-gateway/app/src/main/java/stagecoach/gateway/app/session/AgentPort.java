package stagecoach.gateway.app.session;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.ServerWebSocketHandshake;
import io.vertx.core.net.SocketAddress;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.gateway.app.crowd.Doorway;
import stagecoach.gateway.app.enrolment.Certificates;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.enrolment.PortProblem;
import stagecoach.gateway.app.pod.Pod;
import stagecoach.gateway.app.refusal.Refusals;
import stagecoach.gateway.app.session.frame.Messages;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;

/**
 * The port that tentacles dial: {@code /agent} (WebSocket) for those whose certificate is trusted,
 * {@code POST /enrol} for anyone with a token.
 */
@Singleton
class AgentPort {
    private static final Logger LOG = Logger.getLogger(AgentPort.class);

    /** What both sides take in one frame; longer messages are cut into several. */
    private static final int FRAME_MAX_BYTES = 64 * 1024;

    private static final int IDLE_SECONDS_MAX = 40;
    private static final int CLOSING_SECONDS_MAX = 2;
    private static final int START_SECONDS_MAX = 30;

    /**
     * Enough for a line with much delay. The system takes what is sent in parts of about two thirds
     * of it, and a slow line must have moved one before it is given up as stuck.
     */
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** In this time, as often, a machine says hello and is welcomed; it gives up sooner itself. */
    private static final int HELLOS_TO_WELCOME = 3;

    private final Vertx vertx;
    private final GatewayIdentity identity;
    private final SessionConfig config;
    private final CrowdConfig crowd;
    private final Homecoming homecoming;
    private final Doorway doorway;
    private final EnrolHandler enrolment;
    private final Reception reception;
    private final Sessions sessions;
    private final Certificates certificates;
    private String deployment = "";

    AgentPort(
            Vertx vertx,
            GatewayIdentity identity,
            SessionConfig config,
            CrowdConfig crowd,
            Homecoming homecoming,
            EnrolHandler enrolment,
            Reception reception,
            Sessions sessions,
            Certificates certificates,
            Refusals refusals) {
        this.vertx = vertx;
        this.identity = identity;
        this.config = config;
        this.crowd = crowd;
        this.homecoming = homecoming;
        this.doorway = new Doorway(vertx, "agent", crowd, refusals, this::sentAway);
        this.enrolment = enrolment;
        this.reception = reception;
        this.sessions = sessions;
        this.certificates = certificates;
    }

    void start(@Observes @Priority(3000) StartupEvent event) throws Exception {
        deployment =
                vertx.deployVerticle(
                                Acceptor::new,
                                new DeploymentOptions().setInstances(config.acceptors()))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        LOG.infof(
                "agent port open host=%s port=%d thumbprint=%s",
                config.host(), config.port(), identity.thumbprint());
    }

    /** After the sessions have been told. */
    void stop(@Observes @Priority(2000) ShutdownEvent event) {
        vertx.undeploy(deployment);
    }

    private HttpServerOptions options() {
        return identity.mutualTls()
                .setHost(config.host())
                .setPort(config.port())
                .setIdleTimeout(IDLE_SECONDS_MAX)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxWebSocketFrameSize(FRAME_MAX_BYTES)
                .setMaxWebSocketMessageSize(Messages.MAX_BYTES)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setSendBufferSize(SEND_BUFFER_BYTES)
                .setWebSocketClosingTimeout(CLOSING_SECONDS_MAX);
    }

    /** One event loop's share of the port. */
    private final class Acceptor extends AbstractVerticle {
        @Override
        public void start(Promise<Void> started) {
            vertx.createHttpServer(options())
                    .connectionHandler(connection -> doorway.enter(connection, crowd.headWithin()))
                    // Without it upgrades would come to the request handler; sockets are taken when
                    // their handshake is accepted.
                    .webSocketHandler(socket -> {})
                    .webSocketHandshakeHandler(handshake -> onHandshake(handshake, context))
                    .requestHandler(request -> onRequest(request, context))
                    .exceptionHandler(doorway::handshakeFailed)
                    .listen()
                    .<Void>mapEmpty()
                    .onComplete(started);
        }
    }

    private void onRequest(HttpServerRequest request, Context loop) {
        Optional<Thumbprint> shown = shownIn(request.sslSession());
        doorway.within(request.connection().remoteAddress(), crowd.enrolmentWithin());
        // One request is all that a connection is for here, unless it becomes a session.
        request.response().putHeader("Connection", "close");
        if (!"/enrol".equals(request.path())) {
            PortProblem.answer(
                    request.response(),
                    404,
                    "Not found",
                    "This port knows /agent (WebSocket) and POST /enrol.");
        } else if (!request.method().equals(HttpMethod.POST)) {
            PortProblem.answer(
                    request.response().putHeader("Allow", "POST"),
                    405,
                    "Wrong method",
                    "Use POST /enrol.");
        } else if (shown.isEmpty()) {
            PortProblem.answer(
                    request.response(), 403, "No certificate", "Show a client certificate.");
        } else {
            enrolment.handle(request, shown.get(), loop);
        }
    }

    private void onHandshake(ServerWebSocketHandshake handshake, Context loop) {
        Optional<Thumbprint> shown = shownIn(handshake.sslSession());
        if (!"/agent".equals(handshake.path())) {
            handshake.reject(404);
        } else if (shown.isEmpty()) {
            handshake.reject(403);
        } else if (sessions.stopping() || doorway.isCrowded(handshake.remoteAddress())) {
            sentAway();
            handshake.reject(503);
        } else {
            Thread.ofVirtual().name("handshake").start(() -> decide(handshake, loop, shown.get()));
        }
    }

    private void decide(ServerWebSocketHandshake handshake, Context loop, Thumbprint shown) {
        try {
            Optional<AgentId> agent = certificates.trusted(shown, handshake.remoteAddress().host());
            if (agent.isEmpty()) {
                LOG.warnf("stranger refused thumbprint=%s", shown);
                loop.runOnContext(v -> handshake.reject(403));
            } else {
                loop.runOnContext(
                        v ->
                                handshake
                                        .accept()
                                        .onSuccess(
                                                socket -> begin(socket, loop, agent.get(), shown)));
            }
        } catch (TemporaryFailure e) {
            LOG.debugf("handshake refused for now cause=%s", e);
            sentAway();
            loop.runOnContext(v -> handshake.reject(503));
        } catch (RuntimeException e) {
            LOG.errorf(e, "handshake failed thumbprint=%s", shown);
            loop.runOnContext(v -> handshake.reject(500));
        }
    }

    private void sentAway() {
        homecoming.sentAway(Pod.uptime());
    }

    private void begin(ServerWebSocket socket, Context loop, AgentId agent, Thumbprint shown) {
        SocketAddress from = socket.remoteAddress();
        doorway.within(from, config.helloWithin().multipliedBy(HELLOS_TO_WELCOME));
        reception.begin(socket, loop, agent, shown, () -> doorway.leave(from), _ -> {});
    }

    private static Optional<Thumbprint> shownIn(SSLSession session) {
        try {
            return Optional.of(Thumbprint.ofPeer(session));
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }
}
