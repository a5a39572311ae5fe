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
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
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

    /** So often the time for one address may be waited for all addresses of a name together. */
    private static final int WAITS = 2;

    /** So many silent addresses of a name are waited for: each is to have time for an answer. */
    private static final int SILENT_MAX = 8;

    static {
        ServerAddresses.allowHostHeader();
    }

    private final WayOut way;
    private final Duration connectMax;
    private final Executor threads;
    private final ServerAddresses.Resolver resolver;
    private final boolean byAddress;
    private final HttpClient byName;
    private final SequencedMap<Kind, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Long> silentSince = new ConcurrentHashMap<>();

    /**
     * Those that can be reached this way.
     *
     * @param connectMax how long a connection may take to stand where a name has one address; for
     *     several, all are given up after about twice that
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
        this.byName = way.applied(builder(connectMax)).build();
        this.byAddress = isHostAllowed();
    }

    private HttpClient.Builder builder(Duration longest) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(longest)
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
        HttpClient client = client(uri, share(addresses.size()));
        @Nullable IOException unreached = null;
        int silent = 0;
        for (URI address : addresses) {
            try {
                return at(address, client, uri, asking);
            } catch (ConnectException e) {
                unreached = e;
            } catch (HttpConnectTimeoutException e) {
                unreached = unreached == null ? e : unreached;
                silent++;
                if (silent == SILENT_MAX) {
                    break;
                }
            }
        }
        throw Objects.requireNonNull(unreached, "a server has at least one address");
    }

    /** How long a connection to each of several addresses of a name may take to stand. */
    private Duration share(int addresses) {
        return connectMax.multipliedBy(WAITS).dividedBy(Math.min(addresses, SILENT_MAX));
    }

    /** Whether feeds may lead to a server although it is further in. */
    boolean isAllowedInside(URI uri) {
        return way.innerHosts().include(uri.getHost());
    }

    /** How far inside a server is by the innermost of its addresses. */
    InnerAddresses innermost(URI uri) throws UnknownHostException {
        return Collections.max(places(uri));
    }

    /** How far inside a server is by the outermost of its addresses. */
    InnerAddresses outermost(URI uri) throws UnknownHostException {
        return Collections.min(places(uri));
    }

    /** Where a server is; of a name that a proxy knows, where feeds usually are. */
    private Set<InnerAddresses> places(URI uri) throws UnknownHostException {
        String host = uri.getHost();
        if (!ServerAddresses.isLiteral(host) && !way.isDirect(uri)) {
            return EnumSet.of(InnerAddresses.NETWORK);
        }
        return Arrays.stream(resolver.addressesOf(host))
                .map(InnerAddresses::of)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(InnerAddresses.class)));
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

    /**
     * For whom a client is.
     *
     * @param host by which TLS knows the server; empty without TLS
     * @param longest how long a connection may take to stand
     */
    private record Kind(String host, Duration longest) {}

    /**
     * With TLS one for each name: a connection is made for the name, and kept for its next request.
     * Whether there is a proxy was asked by the name, too.
     */
    private synchronized HttpClient client(URI uri, Duration longest) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        HttpClient client =
                clients.computeIfAbsent(
                        new Kind(secure ? uri.getHost() : "", longest),
                        _ -> {
                            HttpClient.Builder builder = builder(longest);
                            return secure
                                    ? way.appliedTo(uri, builder).build()
                                    : builder.proxy(HttpClient.Builder.NO_PROXY).build();
                        });
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
