package stagecoach.packages.app.replication;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.List;
import stagecoach.trust.ServerAddresses;

/**
 * A cache by its name: of several addresses one after the other is tried until one can be connected
 * to, and one that was silent is tried last for a while. What a proxy reaches for us it is asked
 * for by name.
 */
final class CacheAddresses {
    private final HttpClient client;
    private final ServerAddresses.Resolver resolver;
    private final DownCaches downs;

    /**
     * @param client asks TLS for the cache by its name
     * @param resolver knows the addresses of names
     * @param downs remembers the silent ones
     */
    CacheAddresses(HttpClient client, ServerAddresses.Resolver resolver, DownCaches downs) {
        this.client = client;
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
        return ServerAddresses.first(
                addressesOf(request.uri()), address -> at(address, request, sending));
    }

    private List<URI> addressesOf(URI server) throws ConnectException {
        if (!isDirect(server)) {
            return List.of(server);
        }
        try {
            return ServerAddresses.of(server, resolver).stream()
                    .sorted(Comparator.comparing(address -> downs.isDown(place(address))))
                    .toList();
        } catch (UnknownHostException e) {
            var unknown = new ConnectException("its name is not known here");
            unknown.initCause(e);
            throw unknown;
        }
    }

    private <B> HttpResponse<B> at(URI address, HttpRequest request, Sending<B> sending)
            throws IOException, InterruptedException {
        if (address.equals(request.uri())) {
            return sending.by(client, request);
        }
        var addressed =
                HttpRequest.newBuilder(request, (_, _) -> true)
                        .uri(address)
                        .setHeader("Host", request.uri().getAuthority())
                        .build();
        try {
            HttpResponse<B> response = sending.by(client, addressed);
            downs.answered(place(address));
            return response;
        } catch (HttpConnectTimeoutException e) {
            downs.away(place(address));
            throw e;
        }
    }

    private static String place(URI address) {
        return address.getScheme() + "://" + address.getAuthority();
    }
}
