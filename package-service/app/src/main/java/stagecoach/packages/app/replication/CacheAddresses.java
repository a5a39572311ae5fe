package stagecoach.packages.app.replication;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.SilentServers;

/**
 * A cache by its name, of which each address is tried as {@link DownCaches} knows them. What a
 * proxy reaches for us it is asked for by name.
 */
final class CacheAddresses {
    private final Function<Duration, HttpClient> clients;
    private final Duration connectMax;
    private final ServerAddresses.Resolver resolver;
    private final DownCaches downs;

    /**
     * @param clients ask TLS for the cache by its name, and wait so long for a connection
     * @param connectMax how long a connection may take to stand; to several addresses, all are
     *     given up after about twice that
     * @param resolver knows the addresses of names
     * @param downs remembers the silent ones
     */
    CacheAddresses(
            Function<Duration, HttpClient> clients,
            Duration connectMax,
            ServerAddresses.Resolver resolver,
            DownCaches downs) {
        this.clients = clients;
        this.connectMax = connectMax;
        this.resolver = resolver;
        this.downs = downs;
    }

    /** Whether a server is reached without a proxy. */
    static boolean isDirect(URI server) {
        return ProxySelector.getDefault().select(server).stream()
                .findFirst()
                .filter(first -> first.type() != Proxy.Type.DIRECT)
                .isEmpty();
    }

    /** Sends a request to one address. */
    @FunctionalInterface
    interface Sending<B> {
        HttpResponse<B> by(HttpClient client, HttpRequest request)
                throws IOException, InterruptedException;
    }

    /**
     * Asks the cache.
     *
     * @param request names it
     * @throws ConnectException if nobody is there, or its name is not known
     */
    <B> HttpResponse<B> ask(HttpRequest request, Sending<B> sending)
            throws IOException, InterruptedException {
        List<URI> addresses = addressesOf(request.uri());
        HttpClient client = clients.apply(SilentServers.share(connectMax, addresses.size()));
        return addresses.size() == 1
                ? sending.by(client, request)
                : downs.first(
                        addresses, address -> sending.by(client, addressed(request, address)));
    }

    private List<URI> addressesOf(URI server) throws ConnectException {
        if (!isDirect(server)) {
            return List.of(server);
        }
        try {
            return ServerAddresses.of(server, resolver);
        } catch (UnknownHostException e) {
            var unknown = new ConnectException("its name is not known here");
            unknown.initCause(e);
            throw unknown;
        }
    }

    private static HttpRequest addressed(HttpRequest request, URI address) {
        return HttpRequest.newBuilder(request, (_, _) -> true)
                .uri(address)
                .setHeader("Host", request.uri().getAuthority())
                .build();
    }
}
