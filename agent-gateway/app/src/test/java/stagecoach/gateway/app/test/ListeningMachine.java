package stagecoach.gateway.app.test;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.local.engines.FreePort;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.wire.StagecoachJson;

/** A machine that waits to be dialled, over true TLS, and keeps what it was sent in its journal. */
public final class ListeningMachine implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final AgentId agent;
    private final Thumbprint gateway;
    private final int port;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final Set<Ticket> journal = ConcurrentHashMap.newKeySet();
    private final AtomicInteger upgrades = new AtomicInteger();
    private volatile boolean greets = true;
    private volatile Identity identity;
    private volatile Optional<Identity> next = Optional.empty();
    private @Nullable HttpServer server;

    private ListeningMachine(AgentId agent, Thumbprint gateway) {
        this.agent = agent;
        this.gateway = gateway;
        this.port = FreePort.find(1).getFirst();
        this.identity = identity();
    }

    private static Identity identity() {
        try {
            return Identity.loadOrCreate(Files.createTempDirectory("listening"), "test machine");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It makes itself another certificate, which it announces in its next session. */
    public Thumbprint announcesAnother() {
        Identity other = identity();
        next = Optional.of(other);
        return other.thumbprint();
    }

    /** It shows that one from now on. */
    public void showsTheOther() {
        identity = next.orElseThrow();
        next = Optional.empty();
        shut();
        open();
    }

    /** One that listens, and lets in whoever shows {@code gateway}. */
    public static ListeningMachine of(AgentId agent, Thumbprint gateway) {
        var machine = new ListeningMachine(agent, gateway);
        machine.open();
        return machine;
    }

    /** It begins to listen. */
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
                                                TrustOptions.wrap(PinnedTrust.exactly(gateway))))
                        .connectionHandler(connection -> upgrades.incrementAndGet())
                        .webSocketHandler(this::converse)
                        .listen(port, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    /** It listens no more, and all connections break. */
    public void shut() {
        if (server != null) {
            server.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** It takes connections and says nothing. */
    public void saysNothing() {
        greets = false;
    }

    private void converse(ServerWebSocket socket) {
        var link = new Link(socket);
        links.add(link);
        socket.textMessageHandler(
                text -> {
                    GatewayFrame frame = StagecoachJson.read(text, GatewayFrame.class);
                    if (frame instanceof Deliver deliver) {
                        journal.add(deliver.command().ticket());
                    }
                    link.texts.add(text);
                    link.heard.add(frame);
                });
        if (greets) {
            link.say(
                    new Hello(
                            1,
                            agent,
                            "test",
                            List.of("sh", "bash"),
                            1_000_000,
                            journal.stream()
                                    .map(ticket -> new OpenTicket(ticket, false, 0))
                                    .toList(),
                            Optional.empty(),
                            Optional.empty(),
                            next.map(other -> other.thumbprint().value())));
        }
    }

    /** It has lost what it was sent. */
    public void forgetsAll() {
        journal.clear();
    }

    /** As which it is registered. */
    public AgentId agent() {
        return agent;
    }

    /** Where it listens. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What it is known by. */
    public Thumbprint thumbprint() {
        return identity.thumbprint();
    }

    /** How many came beyond the TLS handshake. */
    public int upgrades() {
        return upgrades.get();
    }

    /** Its connections so far. */
    public List<Link> links() {
        return List.copyOf(links);
    }

    /** The newest connection in which it was welcomed, once so many were. */
    public Link awaitWelcome(int sessions) {
        return await(link -> true, sessions);
    }

    private Link await(Predicate<Link> wanted, int count) {
        Awaitility.await()
                .atMost(StagecoachResource.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> welcomed().stream().filter(wanted).count() >= count);
        return welcomed().getLast();
    }

    private List<Link> welcomed() {
        return links.stream().filter(link -> !link.heard(Welcome.class).isEmpty()).toList();
    }

    /** The texts of all deliveries of a ticket, over all connections. */
    public List<String> deliveries(Ticket ticket) {
        return links.stream()
                .flatMap(link -> link.texts.stream())
                .filter(text -> text.contains("\"Deliver\"") && text.contains(ticket.toString()))
                .toList();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /** One connection. */
    public static final class Link {
        private final ServerWebSocket socket;
        private final List<GatewayFrame> heard = new CopyOnWriteArrayList<>();
        private final List<String> texts = new CopyOnWriteArrayList<>();

        private Link(ServerWebSocket socket) {
            this.socket = socket;
        }

        /** Sends a frame. */
        public void say(TentacleFrame frame) {
            socket.writeTextMessage(StagecoachJson.text(frame));
        }

        /** Closes the connection with a code. */
        public void hangUp(int code) {
            socket.close((short) code);
        }

        /** Whether it is closed. */
        public boolean isClosed() {
            return socket.isClosed();
        }

        /** The number of the session. */
        public long epoch() {
            return heard(Welcome.class).getFirst().epoch();
        }

        /** All frames so far of one kind. */
        public <F extends GatewayFrame> List<F> heard(Class<F> kind) {
            return heard.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        /** Waits for the delivery of a ticket. */
        public Deliver awaitDelivery(Ticket ticket) {
            return Awaitility.await()
                    .atMost(StagecoachResource.PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(
                            () ->
                                    heard(Deliver.class).stream()
                                            .filter(each -> each.command().ticket().equals(ticket))
                                            .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
        }
    }
}
