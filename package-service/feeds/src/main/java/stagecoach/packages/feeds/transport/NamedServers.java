package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.ServerAddresses;

/**
 * Servers by their names: of several addresses one after the other is tried until one can be
 * connected to, and one that was silent is tried last for a while. TLS wants a certificate for the
 * name, whatever address is asked. What a proxy reaches for us it is asked for by name.
 */
public final class NamedServers implements AutoCloseable {
    /** More names with several addresses than feeds and caches have. */
    private static final int CLIENTS_MAX = 32;

    private static final Duration SILENT_FOR = Duration.ofMinutes(1);

    static {
        ServerAddresses.allowHostHeader();
    }

    private final WayOut way;
    private final Duration connectMax;
    private final Executor threads;
    private final ServerAddresses.Resolver resolver;
    private final boolean byAddress;
    private final HttpClient byName;
    private final SequencedMap<String, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Long> silentSince = new ConcurrentHashMap<>();

    /**
     * Those that can be reached this way.
     *
     * @param connectMax how long a connection to one address may take to stand
     * @param threads for all clients
     */
    public NamedServers(WayOut way, Duration connectMax, Executor threads) {
        this(way, connectMax, threads, ServerAddresses.Resolver.SYSTEM);
    }

    /**
     * The same.
     *
     * @param resolver knows the addresses of names
     */
    public NamedServers(
            WayOut way, Duration connectMax, Executor threads, ServerAddresses.Resolver resolver) {
        this.way = way;
        this.connectMax = connectMax;
        this.threads = threads;
        this.resolver = resolver;
        this.byName = way.applied(builder()).build();
        this.byAddress = isHostAllowed();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectMax)
                .executor(threads);
    }

    /** Not where a process made its first client before it allowed that. */
    private static boolean isHostAllowed() {
        try {
            HttpRequest.newBuilder().header("Host", "server.example");
            return true;
        } catch (IllegalArgumentException restricted) {
            return false;
        }
    }

    /** Sends a request with a client, of which its URL is set already. */
    @FunctionalInterface
    public interface Asking<R, X extends Exception> {
        /** Sends it. */
        R by(HttpClient client, HttpRequest.Builder request)
                throws X, IOException, InterruptedException;
    }

    /**
     * Asks a server.
     *
     * @throws IOException what the last of its addresses failed with, or one that refused
     */
    public <R, X extends Exception> R ask(URI uri, Asking<R, X> asking)
            throws X, IOException, InterruptedException {
        List<URI> addresses =
                byAddress && way.isDirect(uri)
                        ? silentLast(ServerAddresses.of(uri, resolver))
                        : List.of(uri);
        if (addresses.size() == 1) {
            return asking.by(byName, HttpRequest.newBuilder(uri));
        }
        HttpClient client = "https".equalsIgnoreCase(uri.getScheme()) ? client(uri) : byName;
        @Nullable IOException unreached = null;
        for (URI address : addresses) {
            try {
                return at(address, client, uri, asking);
            } catch (ConnectException | HttpConnectTimeoutException e) {
                if (!(unreached instanceof ConnectException)) {
                    unreached = e;
                }
            }
        }
        throw Objects.requireNonNull(unreached, "a server has at least one address");
    }

    /** How far inside a server is; of a name that a proxy knows, as far as feeds usually are. */
    InnerAddresses innermost(URI uri) throws UnknownHostException {
        String host = uri.getHost();
        if (!ServerAddresses.isLiteral(host) && !way.isDirect(uri)) {
            return InnerAddresses.NETWORK;
        }
        return Arrays.stream(resolver.addressesOf(host))
                .map(InnerAddresses::of)
                .max(Comparator.naturalOrder())
                .orElse(InnerAddresses.WORLD);
    }

    private <R, X extends Exception> R at(
            URI address, HttpClient client, URI uri, Asking<R, X> asking)
            throws X, IOException, InterruptedException {
        try {
            R answer = asking.by(client, ServerAddresses.request(uri, address));
            silentSince.remove(server(address));
            return answer;
        } catch (HttpConnectTimeoutException e) {
            silentSince.values().removeIf(NamedServers::isPast);
            silentSince.put(server(address), System.nanoTime());
            throw e;
        }
    }

    private List<URI> silentLast(List<URI> addresses) {
        return addresses.stream()
                .sorted(Comparator.comparing(address -> isSilent(server(address))))
                .toList();
    }

    private boolean isSilent(String server) {
        Long since = silentSince.get(server);
        return since != null && !isPast(since);
    }

    private static boolean isPast(long since) {
        return System.nanoTime() - since > SILENT_FOR.toNanos();
    }

    private static String server(URI address) {
        return address.getScheme() + "://" + address.getAuthority();
    }

    /** One for each name: a connection is made for the name, and kept for its next request. */
    private synchronized HttpClient client(URI uri) {
        HttpClient client =
                clients.computeIfAbsent(uri.getHost(), _ -> way.appliedTo(uri, builder()).build());
        if (clients.size() > CLIENTS_MAX) {
            var eldest = clients.pollFirstEntry();
            // What it is at goes on to its end.
            eldest.getValue().shutdown();
        }
        return client;
    }

    @Override
    public synchronized void close() {
        byName.shutdownNow();
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
