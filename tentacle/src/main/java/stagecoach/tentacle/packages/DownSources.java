package stagecoach.tentacle.packages;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.trust.InnerAddresses;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.ServerUrl;
import stagecoach.trust.SilentServers;

/**
 * Remembers for a while which servers could not be connected to, so that a silent one costs one
 * attempt and not one for each package. Such a server is asked last and not never: it comes back by
 * itself, and where there is no other it is asked at once.
 */
final class DownSources {
    private static final int PORT_ANSWERS_WITHIN_MILLIS = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(DownSources.class);

    private final ServerAddresses.Resolver resolver;
    private final Routes routes;
    private final SilentServers silent;

    /**
     * @param remembered how long
     * @param routes the ways to all servers
     */
    DownSources(Duration remembered, ServerAddresses.Resolver resolver, Routes routes) {
        this(remembered, resolver, routes, System::nanoTime);
    }

    DownSources(
            Duration remembered,
            ServerAddresses.Resolver resolver,
            Routes routes,
            LongSupplier nanoTime) {
        this.resolver = resolver;
        this.routes = routes;
        this.silent = new SilentServers(remembered, nanoTime);
    }

    /** The ways to the servers. */
    Routes routes() {
        return routes;
    }

    /**
     * The URL under each address of its server, those where nobody answered lately last. A name
     * behind a proxy is the proxy's to look up; here it may not be known.
     */
    List<URI> addressesOf(URI uri) throws UnknownHostException {
        if (routes.to(uri).isPresent()) {
            return List.of(uri);
        }
        return downLast(ServerAddresses.of(uri, resolver), address -> isDown(server(address)));
    }

    /**
     * Where a server is to which one that we know leads, if it is further in than that one itself:
     * else whoever answers there could have this machine ask what only machines here can reach.
     *
     * @param home the one that we know
     */
    Optional<InnerAddresses> furtherIn(URI home, URI led) throws UnknownHostException {
        if (led.getHost().equalsIgnoreCase(home.getHost())) {
            return Optional.empty();
        }
        InnerAddresses there = Collections.max(places(led));
        return there.compareTo(Collections.min(places(home))) > 0
                ? Optional.of(there)
                : Optional.empty();
    }

    /** Of a name that a proxy knows: for what is further in, machines have their own ways. */
    private Set<InnerAddresses> places(URI uri) throws UnknownHostException {
        String host = uri.getHost();
        if (!ServerAddresses.isLiteral(host) && routes.to(uri).isPresent()) {
            return Set.of(InnerAddresses.WORLD);
        }
        return Arrays.stream(resolver.addressesOf(host))
                .map(InnerAddresses::of)
                .collect(Collectors.toSet());
    }

    /** Nobody answers there. */
    void silent(String place) {
        silent.away(place);
    }

    /**
     * What it means that a connection did not come to stand in time. Where the port takes one, or
     * refuses it, the computer is not away: it or this one has too much to do, as when a machine
     * with many tentacles starts. The system answers that however late this process gets its turn.
     *
     * <p>A server behind a proxy is not asked past it.
     *
     * @param server by its name
     * @param address one of its addresses, as {@link #addressesOf} has them
     * @return whether somebody is there after all; otherwise the address is remembered as silent
     */
    boolean isThereAfterAll(URI server, URI address) {
        if (routes.to(server).isPresent()) {
            silent(server(address));
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(address.getHost(), ServerUrl.port(address)),
                    PORT_ANSWERS_WITHIN_MILLIS);
            return true;
        } catch (ConnectException e) {
            LOG.debug("{} refuses connections", address.getAuthority(), e);
            return true;
        } catch (IOException e) {
            LOG.debug("{} takes no connection", address.getAuthority(), e);
            silent(server(address));
            return false;
        }
    }

    /** Somebody answered there. */
    void answered(String place) {
        silent.answered(place);
    }

    /** Whether it was found silent a short while ago. */
    boolean isDown(String place) {
        return silent.isDown(place);
    }

    /** The server of a URL, as a place. */
    static String server(URI uri) {
        return SilentServers.server(uri);
    }

    /** The same in the same order, but those that are down behind all others. */
    static <T> List<T> downLast(List<T> sources, Predicate<T> down) {
        List<T> ordered = new ArrayList<>(sources.stream().filter(down.negate()).toList());
        sources.stream().filter(down).forEach(ordered::add);
        return List.copyOf(ordered);
    }
}
