package stagecoach.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.impl.WebSocketInternal;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.wire.StagecoachJson;

/**
 * The line between one tentacle and its gateway, which shows each end the certificate of the other
 * and so can harm single messages: one at a time, as it was told to.
 */
final class FaultyLine implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int FRAME_BYTES_MAX = 1 << 16;
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final Duration DELAY = Duration.ofMillis(700);

    /** Who says a message. */
    enum From {
        TENTACLE,
        GATEWAY
    }

    /** What happens to a message. */
    enum Fault {
        /** It does not arrive, and both ends see the connection end. */
        LOST,
        /** It arrives, and then both ends see the connection end. */
        LAST,
        /** It arrives two times. */
        TWICE,
        /** It arrives late, and all behind it too. */
        LATE,
        /** It does not arrive; the tentacle sees the connection end, the gateway hears no more. */
        GATEWAY_LEFT,
        /** It does not arrive; the gateway sees the connection end, the tentacle hears no more. */
        TENTACLE_LEFT,
        /** It does not arrive, and the tentacle is killed. */
        TENTACLE_KILLED,
        /** It arrives, and then the tentacle is killed. */
        TENTACLE_KILLED_BEHIND,
        /** It does not arrive, and the gateway is killed. */
        GATEWAY_KILLED,
        /** It arrives, and then the gateway is killed. */
        GATEWAY_KILLED_BEHIND
    }

    /** SIGKILL of one end. */
    interface Killer {
        void kill(From end) throws Exception;
    }

    /** The next message of a type (its name in JSON). */
    record Place(From from, String type) {}

    private record Order(Place place, Fault fault) {}

    private final Vertx vertx;
    private final WebSocketClient client;
    private final URI gateway;
    private final int port;
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Optional<Order>> order = new AtomicReference<>(Optional.empty());
    private final Killer killer;

    /** Done when what was ordered last has happened. */
    private volatile CompletableFuture<Boolean> harmed = CompletableFuture.completedFuture(true);

    /**
     * Listens on a free port of 127.0.0.1.
     *
     * @param gateway where the gateway itself listens
     * @param killer returns when the end that it killed is there again
     */
    FaultyLine(URI gateway, Identity ofGateway, Identity ofTentacle, Killer killer) {
        this.vertx = Vertx.vertx();
        this.gateway = gateway;
        this.killer = killer;
        this.client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setSsl(true)
                                .setVerifyHost(false)
                                .setKeyCertOptions(KeyCertOptions.wrap(ofTentacle.keyManager()))
                                .setTrustOptions(
                                        TrustOptions.wrap(
                                                PinnedTrust.exactly(ofGateway.thumbprint())))
                                .setMaxFrameSize(FRAME_BYTES_MAX)
                                .setMaxMessageSize(MESSAGE_BYTES_MAX));
        this.port =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setClientAuth(ClientAuth.REQUIRED)
                                        .setKeyCertOptions(
                                                KeyCertOptions.wrap(ofGateway.keyManager()))
                                        .setTrustOptions(
                                                TrustOptions.wrap(
                                                        PinnedTrust.exactly(
                                                                ofTentacle.thumbprint())))
                                        .setMaxWebSocketFrameSize(FRAME_BYTES_MAX)
                                        .setMaxWebSocketMessageSize(MESSAGE_BYTES_MAX))
                        .webSocketHandler(this::call)
                        .listen(0, LOOPBACK)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join()
                        .actualPort();
    }

    /** Where the tentacle dials. */
    URI url() {
        return URI.create("https://%s:%d".formatted(LOOPBACK, port));
    }

    /** Has the next message at a place suffer this, once. */
    void harm(Place place, Fault fault) {
        harmed = new CompletableFuture<>();
        order.set(Optional.of(new Order(place, fault)));
    }

    /**
     * Whether what was ordered has happened; who was killed is there again.
     *
     * @throws CompletionException if who should be killed could not be
     */
    boolean hasHarmed() {
        return harmed.isDone() && harmed.join();
    }

    /** Ends all connections, between two messages. */
    void cut() {
        calls.forEach(call -> call.onLoop(call::endBoth));
    }

    private void call(ServerWebSocket tentacle) {
        tentacle.pause();
        var _ =
                client.connect(
                                new WebSocketConnectOptions()
                                        .setHost(gateway.getHost())
                                        .setPort(gateway.getPort())
                                        .setURI(tentacle.uri()))
                        .onSuccess(far -> new Call(tentacle, far).begin())
                        // The tentacle sees a gateway that does not want it now.
                        .onFailure(_ -> end(tentacle));
    }

    private static void end(WebSocketBase socket) {
        // Without the farewell of a close frame, as a line that breaks.
        var _ = ((WebSocketInternal) socket).channelHandlerContext().close();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** One connection through here; all of it on one event loop. */
    private final class Call {
        private final ServerWebSocket tentacle;
        private final WebSocketBase gatewaySide;
        private final io.vertx.core.Context loop = vertx.getOrCreateContext();

        Call(ServerWebSocket tentacle, WebSocketBase gatewaySide) {
            this.tentacle = tentacle;
            this.gatewaySide = gatewaySide;
        }

        void onLoop(Runnable work) {
            loop.runOnContext(_ -> work.run());
        }

        void begin() {
            calls.add(this);
            pipe(From.TENTACLE, tentacle, gatewaySide);
            pipe(From.GATEWAY, gatewaySide, tentacle);
            tentacle.resume();
        }

        private void pipe(From from, WebSocketBase source, WebSocketBase sink) {
            var way = new Way(from, this, sink);
            source.textMessageHandler(text -> onLoop(() -> way.carry(text)));
            source.closeHandler(
                    _ ->
                            onLoop(
                                    () -> {
                                        calls.remove(this);
                                        way.endBehind();
                                    }));
        }

        void endBoth() {
            end(tentacle);
            end(gatewaySide);
        }
    }

    /** One direction of a connection. */
    private final class Way {
        private final From from;
        private final Call call;
        private final WebSocketBase sink;
        private final Queue<String> held = new ArrayDeque<>();
        private boolean holding;
        private boolean deaf;

        Way(From from, Call call, WebSocketBase sink) {
            this.from = from;
            this.call = call;
            this.sink = sink;
        }

        void carry(String text) {
            if (deaf) {
                return;
            }
            if (holding) {
                held.add(text);
                return;
            }
            Optional<Fault> fault = faultOf(text);
            if (fault.isEmpty()) {
                say(text);
                return;
            }
            switch (fault.get()) {
                case LOST -> {
                    call.endBoth();
                    harmed.complete(true);
                }
                case LAST -> {
                    sink.writeTextMessage(text).onComplete(_ -> call.onLoop(call::endBoth));
                    harmed.complete(true);
                }
                case TWICE -> {
                    say(text);
                    say(text);
                    harmed.complete(true);
                }
                case LATE -> {
                    hold(text);
                    harmed.complete(true);
                }
                case GATEWAY_LEFT -> {
                    leave(call.gatewaySide, call.tentacle);
                    harmed.complete(true);
                }
                case TENTACLE_LEFT -> {
                    leave(call.tentacle, call.gatewaySide);
                    harmed.complete(true);
                }
                case TENTACLE_KILLED -> kill(From.TENTACLE);
                case TENTACLE_KILLED_BEHIND ->
                        sink.writeTextMessage(text)
                                .onComplete(_ -> call.onLoop(() -> kill(From.TENTACLE)));
                case GATEWAY_KILLED -> kill(From.GATEWAY);
                case GATEWAY_KILLED_BEHIND ->
                        sink.writeTextMessage(text)
                                .onComplete(_ -> call.onLoop(() -> kill(From.GATEWAY)));
            }
        }

        private Optional<Fault> faultOf(String text) {
            Optional<Order> standing = order.get();
            String type = StagecoachJson.read(text, JsonNode.class).path("type").asText();
            boolean hit =
                    standing.isPresent()
                            && standing.get().place().equals(new Place(from, type))
                            && order.compareAndSet(standing, Optional.empty());
            return hit ? standing.map(Order::fault) : Optional.empty();
        }

        private void say(String text) {
            var _ = sink.writeTextMessage(text);
        }

        private void hold(String text) {
            holding = true;
            held.add(text);
            vertx.setTimer(
                    DELAY.toMillis(),
                    _ ->
                            call.onLoop(
                                    () -> {
                                        holding = false;
                                        held.forEach(this::say);
                                        held.clear();
                                    }));
        }

        /** One end reads and hears nothing more, not even answers to its pings. */
        private void leave(WebSocketBase left, WebSocketBase ended) {
            deaf = true;
            left.pause();
            ended.closeHandler(_ -> {});
            end(ended);
        }

        /** Nothing more is said here: its connection ends with the process. */
        private void kill(From end) {
            deaf = true;
            CompletableFuture<Boolean> done = harmed;
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    killer.kill(end);
                                    done.complete(true);
                                } catch (Exception | Error e) {
                                    done.completeExceptionally(e);
                                }
                            });
        }

        /** What is held is lost with the line. */
        void endBehind() {
            deaf = true;
            if (!sink.isClosed()) {
                end(sink);
            }
        }
    }
}
