package stagecoach.tentacle.inspect;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import stagecoach.tentacle.home.GatewayTrust;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.inspect.Check.Finding;
import stagecoach.tentacle.inspect.Check.Verdict;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.PinnedTrust;

/** Knocks at the gateway's ports as the tentacle would, and says nothing when it is let in. */
final class GatewayCall implements AutoCloseable {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
    private static final int UNKNOWN_HERE = 403;
    private static final int NOT_NOW = 503;

    private final Settings settings;
    private final Routes routes;
    private final HttpClient client;

    GatewayCall(Home home, Settings settings) throws IOException {
        this.settings = settings;
        this.routes = settings.routes();
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        this.client =
                routes.through(HttpClient.newBuilder())
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(ANSWER_MAX)
                        .sslContext(
                                home.identity()
                                        .tls(
                                                PinnedTrust.exactly(
                                                        new GatewayTrust(home, settings).get())))
                        .sslParameters(parameters)
                        .build();
    }

    /**
     * Whether a session could begin now. Without a greeting none does. Empty of a machine that is
     * dialled.
     */
    Optional<Finding> gateway() throws InterruptedException {
        return settings.gateway().isPresent()
                ? Optional.of(gateway(settings.gateway().get()))
                : Optional.empty();
    }

    private Finding gateway(URI gateway) throws InterruptedException {
        URI socket = URI.create("wss://" + gateway.getAuthority() + "/agent");
        long begun = System.nanoTime();
        try {
            WebSocket open =
                    routes.showing(client.newWebSocketBuilder(), gateway)
                            .connectTimeout(ANSWER_MAX)
                            .buildAsync(socket, new WebSocket.Listener() {})
                            .get(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
            open.abort();
            return new Finding(
                    Verdict.OK,
                    "gateway",
                    "%s lets this machine in%s (%d ms)"
                            .formatted(
                                    gateway,
                                    routes.to(gateway).map(proxy -> " through " + proxy).orElse(""),
                                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused(gateway, refused.getResponse().statusCode());
            }
            return unreached("gateway", gateway, e.getCause());
        } catch (TimeoutException e) {
            return new Finding(
                    Verdict.FAIL,
                    "gateway",
                    "%s does not answer within %d s; a firewall may swallow the connection"
                            .formatted(gateway, ANSWER_MAX.toSeconds()));
        }
    }

    private Finding refused(URI gateway, int status) {
        String words =
                switch (status) {
                    case UNKNOWN_HERE ->
                            "it does not know this machine's certificate (403): it was revoked, removed, or enrolled again elsewhere; enrol this machine again";
                    case NOT_NOW -> "it takes no sessions just now (503); try again";
                    default -> "it answers %d; is this the gateway's agent port?".formatted(status);
                };
        return new Finding(
                status == NOT_NOW ? Verdict.WARN : Verdict.FAIL,
                "gateway",
                "%s: %s".formatted(gateway, words));
    }

    /** Whether packages could be read from the server; empty if none are. */
    Optional<Finding> bytes() throws InterruptedException {
        Optional<URI> endpoint = settings.bytes();
        if (endpoint.isEmpty()) {
            return Optional.empty();
        }
        try {
            client.send(
                    routes.showing(
                                    HttpRequest.newBuilder(endpoint.get().resolve("/")),
                                    endpoint.get())
                            .timeout(ANSWER_MAX)
                            .GET()
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            return Optional.of(
                    new Finding(Verdict.OK, "bytes", endpoint.get() + " can be reached"));
        } catch (IOException e) {
            return Optional.of(unreached("bytes", endpoint.get(), e));
        }
    }

    private Finding unreached(String what, URI endpoint, @Nullable Throwable cause) {
        String words = cause == null ? "no reason is known" : routes.words(endpoint, cause);
        return new Finding(
                Verdict.FAIL,
                what,
                "%s cannot be reached: %s. Check the address, the firewall, and that the certificate is the one that was enrolled"
                        .formatted(endpoint, words));
    }

    @Override
    public void close() {
        client.close();
    }
}
