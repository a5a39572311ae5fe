package stagecoach.tentacle.session;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.HttpProxy;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;

/** Dials the gateway, again and again with growing pauses, until it is told to stay away. */
final class Dialer implements Contact {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final String PATH = "/agent";
    private static final List<String> CIPHER_SUITES =
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /** The longest message of a gateway: a command with its script and variables. */
    private static final int MESSAGE_BYTES_MAX = 4 << 20;

    private static final int FRAME_BYTES_MAX = 1 << 16;
    private static final int FORBIDDEN = 403;
    private static final int UNAVAILABLE = 503;
    private static final int CLOSING_SECONDS_MAX = 1;

    private final Vertx vertx;
    private final URI gateway;
    private final Routes routes;
    private final SessionRules rules;
    private final GatewaySession.Party party;
    private final InstantSource clock;
    private @Nullable WebSocketClient client;
    private @Nullable Identity shownBy;
    private volatile boolean stopped;
    private volatile @Nullable GatewaySession current;

    /** A dialer that has not dialled yet. */
    Dialer(
            Vertx vertx,
            URI gateway,
            Routes routes,
            SessionRules rules,
            GatewaySession.Party party,
            InstantSource clock) {
        this.gateway = gateway;
        this.vertx = vertx;
        this.routes = routes;
        this.rules = rules;
        this.party = party;
        this.clock = clock;
    }

    /** A client shows one certificate. */
    private WebSocketClient client(Identity shown) {
        WebSocketClient known = client;
        if (known != null && shown.equals(shownBy)) {
            return known;
        }
        if (known != null) {
            known.close().onFailure(e -> LOG.debug("a client was gone before it was closed", e));
        }
        WebSocketClientOptions options =
                new WebSocketClientOptions()
                        .setSsl(true)
                        .setVerifyHost(false)
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                        .setKeyCertOptions(KeyCertOptions.wrap(shown.keyManager()))
                        .setTrustOptions(
                                TrustOptions.wrap(PinnedTrust.current(party.gateways()::known)))
                        .setMaxFrameSize(FRAME_BYTES_MAX)
                        .setMaxMessageSize(MESSAGE_BYTES_MAX)
                        .setClosingTimeout(CLOSING_SECONDS_MAX)
                        .setConnectTimeout((int) rules.connectMax().toMillis())
                        .setSslHandshakeTimeout(rules.connectMax().toMillis())
                        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setTcpKeepAlive(true);
        // Named, for else Vert.x reads the JDK's whole trust store to learn of them.
        CIPHER_SUITES.forEach(options::addEnabledCipherSuite);
        WebSocketClient made = vertx.createWebSocketClient(options);
        client = made;
        shownBy = shown;
        return made;
    }

    @Override
    public String run() throws IOException, InterruptedException {
        Duration pause = rules.backoffFirst();
        String lastReason = "";
        while (!stopped) {
            Instant dialled = clock.instant();
            GatewaySession.End end = once();
            if (!end.comeBack()) {
                return end.reason();
            }
            if (stopped) {
                break;
            }
            boolean lasted = !clock.instant().isBefore(dialled.plus(rules.lasting()));
            if (end.stood() && lasted) {
                pause = rules.backoffFirst();
            }
            if (end.renewing()) {
                LOG.info("{}", end.reason());
            } else if (end.stood() || !end.reason().equals(lastReason)) {
                LOG.warn("no session with the gateway: {}", end.reason());
            }
            lastReason = end.reason();
            if (end.renewing()) {
                continue;
            }
            Thread.sleep(jittered(pause, ThreadLocalRandom.current()));
            pause = next(pause, rules);
        }
        return "";
    }

    private GatewaySession.End once() throws IOException, InterruptedException {
        Identity shown = party.certificates().toShow();
        ClientWebSocket socket = client(shown).webSocket();
        GatewaySession session =
                new GatewaySession(party, rules, vertx, socket, shown, GatewaySession.Turn.ALWAYS);
        current = session;
        if (stopped) {
            // The one who stops may have looked before this session was there to be closed.
            return GatewaySession.End.failed("the tentacle ends");
        }
        try {
            socket.connect(way(gateway))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(rules.connectMax().toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (isUnknown(e.getCause())) {
                party.certificates().refused(shown);
            }
            return GatewaySession.End.failed(
                    "%s cannot be reached: %s".formatted(gateway, words(gateway, e.getCause())));
        } catch (TimeoutException e) {
            return GatewaySession.End.failed(
                    gateway
                            + " does not answer"
                            + routes.to(gateway).map(proxy -> " through " + proxy).orElse(""));
        }
        return session.run();
    }

    /** Behind a proxy the gateway's name is the proxy's to look up. */
    private WebSocketConnectOptions way(URI gateway) {
        WebSocketConnectOptions way = new WebSocketConnectOptions();
        way.setHost(gateway.getHost()).setPort(gateway.getPort()).setURI(PATH);
        // Later than it is given up: a try without an answer must not hold its connection for ever.
        way.setTimeout(rules.connectMax().toMillis() * 3);
        routes.to(gateway).map(this::options).ifPresent(way::setProxyOptions);
        return way;
    }

    private ProxyOptions options(HttpProxy proxy) {
        ProxyOptions options =
                new ProxyOptions()
                        .setType(ProxyType.HTTP)
                        .setHost(proxy.host())
                        .setPort(proxy.port())
                        .setConnectTimeout(rules.connectMax());
        proxy.login()
                .ifPresent(
                        login -> options.setUsername(login.user()).setPassword(login.password()));
        return options;
    }

    private static boolean isUnknown(@Nullable Throwable e) {
        return e instanceof UpgradeRejectedException rejected && rejected.getStatus() == FORBIDDEN;
    }

    private static boolean isMistrusted(@Nullable Throwable e) {
        return e != null && (e instanceof CertificateException || isMistrusted(e.getCause()));
    }

    private String words(URI gateway, @Nullable Throwable e) {
        if (e == null) {
            return "no reason is known";
        }
        if (isUnknown(e)) {
            return "it does not know this machine (403). Enrol it, or wait until it is trusted";
        }
        if (e instanceof UpgradeRejectedException rejected && rejected.getStatus() == UNAVAILABLE) {
            return "it takes no more machines in just now (503). It is asked again";
        }
        String said = routes.words(gateway, e);
        return isMistrusted(e)
                ? said
                        + (said.endsWith(".") ? " " : ". ")
                        + "If the gateway has another certificate now, and this machine was not connected when that was announced, enrol it again"
                : said;
    }

    @Override
    public void stop() {
        stopped = true;
        GatewaySession session = current;
        if (session != null) {
            session.close("the tentacle ends");
        }
    }

    /** Half of the pause is chance, so that thousands do not come back at once. */
    static Duration jittered(Duration pause, RandomGenerator chance) {
        long millis = pause.toMillis();
        return Duration.ofMillis(chance.nextLong(millis / 2, millis + 1));
    }

    /** The pause behind the next try in vain. */
    static Duration next(Duration pause, SessionRules rules) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(rules.backoffMax()) < 0 ? doubled : rules.backoffMax();
    }
}
