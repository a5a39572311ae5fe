package stagecoach.gateway.app.dialing;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import jakarta.inject.Singleton;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import stagecoach.gateway.app.dialing.ExpectedCertificates.Expectation;
import stagecoach.gateway.app.dialing.ExpectedCertificates.Place;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.session.frame.Messages;
import stagecoach.trust.InnerAddresses;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.MachineAddress;

/** Makes connections to machines that listen, and says in words why one could not be made. */
@Singleton
class MachineCalls {
    private static final String PATH = "/agent";
    private static final int FRAME_MAX_BYTES = 64 * 1024;
    private static final int IDLE_SECONDS_MAX = 40;
    private static final int CLOSING_SECONDS_MAX = 2;
    private static final int SEND_BUFFER_BYTES = 128 * 1024;
    private static final int CONNECTIONS_MAX = 1_000_000;

    /** Of one name; the others are not tried. */
    private static final int ADDRESSES_MAX = 4;

    private static final int LOOKUPS_MAX = 64;
    private static final int LOOKUP_THREAD_IDLE_SECONDS = 10;
    private static final int BUSY = 503;

    private final Vertx vertx;
    private final DialConfig config;
    private final ExpectedCertificates expected = new ExpectedCertificates();
    private final WebSocketClient client;

    /** The computer's resolver holds on to a whole thread of it, perhaps for long. */
    private final ExecutorService lookups = lookups();

    MachineCalls(Vertx vertx, GatewayIdentity identity, DialConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.client =
                vertx.createWebSocketClient(
                        identity.callingTls(expected)
                                .setMaxConnections(CONNECTIONS_MAX)
                                .setMaxFrameSize(FRAME_MAX_BYTES)
                                .setMaxMessageSize(Messages.MAX_BYTES)
                                .setSendBufferSize(SEND_BUFFER_BYTES)
                                .setIdleTimeout(IDLE_SECONDS_MAX)
                                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                                .setClosingTimeout(CLOSING_SECONDS_MAX)
                                .setConnectTimeout((int) config.connectWithin().toMillis())
                                .setSslHandshakeTimeout(config.connectWithin().toMillis())
                                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                                .setTcpKeepAlive(true));
    }

    private static ExecutorService lookups() {
        var threads =
                new ThreadPoolExecutor(
                        LOOKUPS_MAX,
                        LOOKUPS_MAX,
                        LOOKUP_THREAD_IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("dial-names-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /**
     * A connection that stands, and is not read yet.
     *
     * @param shown the machine's certificate
     */
    record Connected(WebSocket socket, Context loop, Thumbprint shown) {
        /** Closes it without a word. */
        void drop() {
            loop.runOnContext(
                    v -> {
                        if (!socket.isClosed()) {
                            var _ = socket.close();
                        }
                    });
        }
    }

    /**
     * Dials a machine, under one of its addresses after the other.
     *
     * @param trusted the certificates that it may show
     * @throws Unreached if none of them led to it
     */
    Connected call(String address, Set<Thumbprint> trusted) throws Unreached, InterruptedException {
        MachineAddress machine = parsed(address);
        Unreached last = new Unreached("%s has no address.".formatted(machine));
        for (InetAddress each : addressesOf(machine)) {
            try {
                return call(machine, each, trusted);
            } catch (Unreached e) {
                last = e;
            }
        }
        throw last;
    }

    private static MachineAddress parsed(String address) throws Unreached {
        try {
            return MachineAddress.parse(address);
        } catch (IllegalArgumentException e) {
            throw new Unreached(e.getMessage() + ".");
        }
    }

    private List<InetAddress> addressesOf(MachineAddress machine)
            throws Unreached, InterruptedException {
        List<InetAddress> open = new ArrayList<>();
        InetAddress[] all = lookUp(machine.host());
        // Whatever order they come in, the last one's reason is told, and only once.
        Arrays.sort(all, Comparator.comparing(InetAddress::getHostAddress));
        for (InetAddress each : all) {
            if (InnerAddresses.isOfOneMachine(each) && open.size() < ADDRESSES_MAX) {
                open.add(each);
            }
        }
        if (open.isEmpty()) {
            throw new Unreached(
                    "%s leads to %s, where no machine of yours can be; the gateway does not dial there."
                            .formatted(machine, all[0].getHostAddress()));
        }
        return open;
    }

    private InetAddress[] lookUp(String host) throws Unreached, InterruptedException {
        if (host.contains(":") || host.matches("[0-9.]+")) {
            try {
                return new InetAddress[] {InetAddress.ofLiteral(host)};
            } catch (IllegalArgumentException e) {
                throw new Unreached("%s is no address.".formatted(host));
            }
        }
        Future<InetAddress[]> found =
                lookups.submit(() -> ServerAddresses.Resolver.SYSTEM.addressesOf(host));
        try {
            return found.get(config.connectWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new Unreached(
                    "The gateway knows no address of %s. Is the name right, and known to its DNS?"
                            .formatted(host));
        } catch (TimeoutException e) {
            found.cancel(true);
            throw new Unreached("The gateway's DNS does not answer for %s.".formatted(host));
        }
    }

    private Connected call(MachineAddress machine, InetAddress address, Set<Thumbprint> trusted)
            throws Unreached, InterruptedException {
        String literal = address.getHostAddress().replaceFirst("%.*", "");
        String host = address instanceof Inet6Address ? "[" + literal + "]" : literal;
        var place = new Place(host, machine.port());
        Expectation expectation = expected.expect(place, trusted);
        try {
            return checked(machine, connect(place), trusted);
        } catch (ExecutionException e) {
            throw new Unreached(
                    words(machine, e.getCause(), expectation.instead()), expectation.instead());
        } catch (TimeoutException e) {
            throw new Unreached(silent(machine));
        } finally {
            expected.forget(place, expectation);
        }
    }

    private Connected connect(Place place)
            throws ExecutionException, InterruptedException, TimeoutException {
        var connected = new CompletableFuture<Connected>();
        Context loop = vertx.getOrCreateContext();
        loop.runOnContext(
                v ->
                        client.connect(
                                        new WebSocketConnectOptions()
                                                .setHost(place.host())
                                                .setPort(place.port())
                                                .setURI(PATH)
                                                .setTimeout(config.connectWithin().toMillis()))
                                .onComplete(
                                        done -> {
                                            if (done.failed()) {
                                                connected.completeExceptionally(done.cause());
                                            } else {
                                                take(done.result(), loop, connected);
                                            }
                                        }));
        try {
            return connected.get(2 * config.connectWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | InterruptedException e) {
            // Whoever answers after that is hung up.
            if (!connected.cancel(false) && !connected.isCompletedExceptionally()) {
                connected.join().drop();
            }
            throw e;
        }
    }

    /** On the event loop, before anything that was said is read. */
    private static void take(
            WebSocket socket, Context loop, CompletableFuture<Connected> connected) {
        socket.pause();
        try {
            var made = new Connected(socket, loop, Thumbprint.ofPeer(socket.sslSession()));
            if (!connected.complete(made)) {
                made.drop();
            }
        } catch (SSLPeerUnverifiedException e) {
            var _ = socket.close();
            connected.completeExceptionally(e);
        }
    }

    /** TLS that is resumed asks nobody whether it trusts, so this does. */
    private static Connected checked(
            MachineAddress machine, Connected connected, Set<Thumbprint> trusted) throws Unreached {
        if (!trusted.contains(connected.shown())) {
            connected.drop();
            throw new Unreached(
                    another(machine, connected.shown()), Optional.of(connected.shown()));
        }
        return connected;
    }

    private static String another(MachineAddress machine, Thumbprint shown) {
        return "At %s somebody shows the certificate %s, which is not that of this machine. Is the address right? If the machine has another certificate now, register that thumbprint."
                .formatted(machine, shown);
    }

    private static String silent(MachineAddress machine) {
        return "%s does not answer. Does the machine run, and does its firewall let the gateway in?"
                .formatted(machine);
    }

    private static String mute(MachineAddress machine) {
        return "%s takes connections and says nothing. Is it a tentacle that listens?"
                .formatted(machine);
    }

    private static String words(
            MachineAddress machine, @Nullable Throwable cause, Optional<Thumbprint> stranger) {
        if (stranger.isPresent()) {
            return another(machine, stranger.get());
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            Optional<String> known = known(machine, each);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return cause instanceof SSLException
                ? "The TLS handshake with %s failed. Is it a tentacle that listens?"
                        .formatted(machine)
                : "%s ended the connection before a session began. Does its tentacle listen, and trust this gateway?"
                        .formatted(machine);
    }

    private static Optional<String> known(MachineAddress machine, Throwable cause) {
        return Optional.ofNullable(
                switch (cause) {
                    case ConnectTimeoutException _ -> silent(machine);
                    case SslHandshakeTimeoutException _ -> mute(machine);
                    case TimeoutException _ -> mute(machine);
                    case ConnectException _ ->
                            "%s refuses connections. Does the tentacle run there, and listen at this port?"
                                    .formatted(machine);
                    case NotSslRecordException _ -> noTls(machine);
                    case UpgradeRejectedException rejected when rejected.getStatus() == BUSY ->
                            "%s takes no session just now (%d).".formatted(machine, BUSY);
                    case UpgradeRejectedException rejected ->
                            "%s is no tentacle: it answers %d."
                                    .formatted(machine, rejected.getStatus());
                    case SSLException tls
                            when String.valueOf(tls.getMessage()).contains("certificate") ->
                            "%s does not trust this gateway's certificate. Tell its tentacle the right one with --trust."
                                    .formatted(machine);
                    default -> null;
                });
    }

    private static String noTls(MachineAddress machine) {
        return "%s speaks no TLS, so it is no tentacle.".formatted(machine);
    }
}
