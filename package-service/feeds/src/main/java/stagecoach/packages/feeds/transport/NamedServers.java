package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import stagecoach.trust.InnerAddresses;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.ServerUrl;
import stagecoach.trust.SilentServers;

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
    private final SequencedMap<Kind, HttpClient> clients = new LinkedHashMap<>(16, 0.75f, true);
    private final SilentServers silent = new SilentServers(SILENT_FOR, System::nanoTime);

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
                byAddress && way.isDirect(uri) ? ServerAddresses.of(uri, resolver) : List.of(uri);
        if (addresses.size() == 1) {
            return asking.by(byName, way.showing(HttpRequest.newBuilder(uri), uri));
        }
        HttpClient client = client(uri, SilentServers.share(connectMax, addresses.size()));
        return silent.first(
                addresses, address -> asking.by(client, ServerAddresses.request(uri, address)));
    }

    /**
     * Where a server is to which one that we know leads, if nobody may lead there: it is further in
     * than the one itself. It is asked as it was led to: it may be at many addresses.
     *
     * @param home the one that we know
     * @return in words
     */
    public Optional<String> furtherIn(URI home, URI led) throws UnknownHostException {
        if (led.getHost().equalsIgnoreCase(home.getHost())
                || way.innerHosts().include(led.getHost())) {
            return Optional.empty();
        }
        InnerAddresses there = Collections.max(places(led));
        return there.compareTo(Collections.min(places(home))) > 0
                ? Optional.of("%s, an address %s".formatted(led, there.words()))
                : Optional.empty();
    }

    /** What to do where a proxy on the way to a server wants other credentials, in words. */
    public String unpaid(URI server) {
        return way.unpaid(server);
    }

    /** What went wrong on the way to a server, with the proxy on it, if there is one of ours. */
    public String onTheWay(URI server, String trouble) {
        return way.onTheWay(server, trouble);
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
        boolean secure = ServerUrl.isSecure(uri);
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
