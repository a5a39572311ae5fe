package stagecoach.local.launcher.edge;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where requests come in, and whose word counts for how a client reached us.
 *
 * @param port 0 for any
 * @param listen the address at which other computers reach us
 * @param proxy the address of a proxy that stands before us; empty if none does
 */
record Entrance(int port, InetAddress listen, Optional<InetAddress> proxy) {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static final String LISTEN = "--listen=";
    private static final String BEHIND_PROXY = "--behind-proxy=";

    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";
    private static final String FOR = "X-Forwarded-For";

    /** What only somebody who stands before us can know. */
    private static final List<String> OF_PROXIES =
            List.of(PROTO, HOST, PORT, "X-Forwarded-Prefix", FOR);

    /** For this computer alone, with nobody before us. */
    static Entrance at(int port) {
        return new Entrance(port, LOOPBACK, Optional.empty());
    }

    /**
     * Reads {@code PORT}, {@code --listen=ADDRESS} and {@code --behind-proxy=ADDRESS} out of a
     * command line, and leaves the rest in it.
     *
     * @throws IllegalArgumentException when the port is no number or an address is none
     */
    static Entrance taken(List<String> arguments) {
        int port = Integer.parseInt(arguments.isEmpty() ? "" : arguments.removeFirst());
        return new Entrance(
                port, taken(LISTEN, arguments).orElse(LOOPBACK), taken(BEHIND_PROXY, arguments));
    }

    private static Optional<InetAddress> taken(String option, List<String> arguments) {
        List<String> given =
                arguments.stream().filter(argument -> argument.startsWith(option)).toList();
        arguments.removeAll(given);
        return given.stream()
                .map(argument -> InetAddress.ofLiteral(argument.substring(option.length())))
                .findFirst();
    }

    /** Whoever is on this computer finds us at 127.0.0.1, whatever else we listen on. */
    List<String> hosts() {
        return new LinkedHashSet<>(
                        listen.isAnyLocalAddress() ? List.of(listen) : List.of(LOOPBACK, listen))
                .stream().map(InetAddress::getHostAddress).toList();
    }

    /** Whether whoever calls from this address may say how a client came to him. */
    boolean trusts(InetAddress caller) {
        return proxy.filter(known -> caller.isLoopbackAddress() || caller.equals(known))
                .isPresent();
    }

    /** Lets a service know how a client reached us; what a client made up of that is dropped. */
    void tell(HttpServerRequest request, MultiMap headers) {
        headers.remove("Forwarded");
        boolean told =
                headers.contains(PROTO)
                        && trusts(InetAddress.ofLiteral(request.remoteAddress().hostAddress()));
        if (!told) {
            OF_PROXIES.forEach(headers::remove);
            headers.set(PROTO, "http");
            headers.set(PORT, Integer.toString(request.localAddress().port()));
            headers.set(FOR, address(request));
        }
        if (!headers.contains(HOST)) {
            headers.set(HOST, host(request, told));
        }
    }

    /** Behind the colons of version 6, unbracketed, a port could follow. */
    private static String address(HttpServerRequest request) {
        String address = request.remoteAddress().hostAddress();
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /** Of a proxy that hands on the client's own Host, the port there is the client's, too. */
    private static String host(HttpServerRequest request, boolean told) {
        @Nullable HostAndPort authority = request.authority();
        if (authority == null) {
            return LOOPBACK.getHostAddress();
        }
        return told ? authority.toString() : authority.host();
    }
}
