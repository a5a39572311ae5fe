package stagecoach.tentacle.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.trust.DirectHosts;
import stagecoach.trust.HttpProxy;

/**
 * Which servers this machine reaches through which proxy. What is settled counts before the
 * environment: {@code HTTPS_PROXY}, {@code HTTP_PROXY} (for servers without TLS), {@code
 * ALL_PROXY}, {@code NO_PROXY}, each also in lower case, and {@code STAGECOACH_PROXY_CREDENTIALS}.
 * Of the environment, which others have written for other programs, what cannot be used here is
 * told and passed over. TLS is between this machine and the server all the same: a proxy passes on
 * what it cannot read.
 */
public final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final String CREDENTIALS = "STAGECOACH_PROXY_CREDENTIALS";
    static final int PORT_USUAL = 80;

    static {
        allowBasic();
    }

    /** No proxy at all. */
    public static final Routes DIRECT =
            new Routes(Optional.empty(), Optional.empty(), DirectHosts.parse("*"));

    private final Optional<HttpProxy> https;
    private final Optional<HttpProxy> http;
    private final DirectHosts direct;

    private Routes(Optional<HttpProxy> https, Optional<HttpProxy> http, DirectHosts direct) {
        this.https = https;
        this.http = http;
        this.direct = direct;
    }

    /**
     * Lets the JDK show a proxy a password for a tunnel, which it does not unless it is told to;
     * call it before the process makes its first HTTP client.
     */
    public static void allowBasic() {
        HttpProxy.allowBasic();
    }

    /**
     * Reads what is settled and the environment.
     *
     * @throws IOException if the credentials' file cannot be read
     * @throws IllegalArgumentException with a sentence, if what is settled, or the credentials,
     *     make no sense
     */
    public static Routes of(ProxySettings settled, Map<String, String> environment)
            throws IOException {
        if (settled.proxy().filter(ProxySettings.NONE::equals).isPresent()) {
            return DIRECT;
        }
        Optional<HttpProxy.Login> login = login(settled, environment);
        Optional<HttpProxy> explicit =
                settled.proxy()
                        .map(
                                text ->
                                        HttpProxy.parse(
                                                "The proxy that is settled", text, PORT_USUAL));
        return new Routes(
                explicit.or(() -> named(environment, "HTTPS_PROXY")).map(p -> p.with(login)),
                explicit.or(() -> named(environment, "HTTP_PROXY")).map(p -> p.with(login)),
                DirectHosts.parse(
                        settled.except().or(() -> value(environment, "NO_PROXY")).orElse("")));
    }

    private static Optional<HttpProxy.Login> login(
            ProxySettings settled, Map<String, String> environment) throws IOException {
        if (settled.credentialsFile().isPresent()) {
            Path file = Path.of(settled.credentialsFile().get());
            try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                @Nullable String line = lines.readLine();
                return Optional.of(
                        HttpProxy.Login.parse(file.toString(), line == null ? "" : line.strip()));
            }
        }
        return value(environment, CREDENTIALS)
                .map(text -> HttpProxy.Login.parse(CREDENTIALS, text));
    }

    private static Optional<HttpProxy> named(Map<String, String> environment, String name) {
        return usable(environment, name).or(() -> usable(environment, "ALL_PROXY"));
    }

    private static Optional<HttpProxy> usable(Map<String, String> environment, String name) {
        return value(environment, name)
                .flatMap(
                        text -> {
                            try {
                                return Optional.of(
                                        HttpProxy.parse(
                                                name + " in the environment", text, PORT_USUAL));
                            } catch (IllegalArgumentException e) {
                                LOG.warn("It is passed over: {}", e.getMessage());
                                return Optional.empty();
                            }
                        });
    }

    /** Lower case counts first, as elsewhere. */
    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
                .filter(text -> !text.isBlank())
                .or(() -> Optional.ofNullable(environment.get(name)))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    /** The proxy on the way to a server; empty if it is reached directly. */
    public Optional<HttpProxy> to(URI server) {
        Optional<HttpProxy> proxy = "http".equalsIgnoreCase(server.getScheme()) ? http : https;
        return proxy.filter(_ -> !direct.contains(server));
    }

    /** Lets a client go the right way to each server. */
    public HttpClient.Builder through(HttpClient.Builder client) {
        return client.proxy(HttpProxy.selector(this::to));
    }

    /**
     * Lets a client go the way that is right for one server, also where it is asked at one of its
     * addresses: what is said about its name holds for them, too.
     */
    public HttpClient.Builder through(HttpClient.Builder client, URI server) {
        return client.proxy(HttpProxy.selector(_ -> to(server)));
    }

    /** Lets a request show the proxy what it wants; the server is not shown it. */
    public HttpRequest.Builder showing(HttpRequest.Builder request, URI server) {
        to(server)
                .flatMap(HttpProxy::login)
                .ifPresent(login -> request.header("Proxy-Authorization", login.basic()));
        return request;
    }

    /** The same for a socket. */
    public WebSocket.Builder showing(WebSocket.Builder socket, URI server) {
        to(server)
                .flatMap(HttpProxy::login)
                .ifPresent(login -> socket.header("Proxy-Authorization", login.basic()));
        return socket;
    }

    /** Why a server could not be asked, and whether the proxy before it is at fault. */
    public String words(URI server, Throwable failure) {
        return to(server)
                .map(proxy -> ProxyFailure.words(proxy, server, failure))
                .orElseGet(() -> ProxyFailure.own(failure));
    }

    /** The proxy on the way to a server answered 407. */
    public String unpaid(URI server) {
        return to(server)
                .map(proxy -> ProxyFailure.refused(proxy, server, ProxyFailure.WANTS_LOGIN))
                .orElse("answered " + ProxyFailure.WANTS_LOGIN);
    }
}
