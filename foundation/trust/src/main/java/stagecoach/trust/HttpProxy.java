package stagecoach.trust;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A proxy that opens tunnels (HTTP CONNECT), itself spoken to in the clear.
 *
 * @param login what it is shown; empty if it wants nothing
 */
public record HttpProxy(String host, int port, Optional<Login> login) {
    private static final String DISABLED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";
    private static final int PORT_MAX = 65_535;

    /** A user's name and password, for the scheme Basic. */
    public record Login(String user, String password) {
        /**
         * Reads {@code user:password}.
         *
         * @param from where it was written, for the sentence; what was written is not in it
         * @throws IllegalArgumentException if there is no colon
         */
        public static Login parse(String from, String text) {
            int colon = text.indexOf(':');
            if (colon <= 0) {
                throw new IllegalArgumentException(
                        "%s holds no credentials of a proxy. Write them as USER:PASSWORD in one line."
                                .formatted(from));
            }
            return new Login(text.substring(0, colon), text.substring(colon + 1));
        }

        /** The value of a header {@code Proxy-Authorization}. */
        public String basic() {
            return "Basic "
                    + Base64.getEncoder()
                            .encodeToString(
                                    (user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        /** Never the password. */
        @Override
        public String toString() {
            return user + ":…";
        }
    }

    /**
     * Reads {@code http://[USER:PASSWORD@]HOST[:PORT]}, or the same without a scheme.
     *
     * @param from where it was written, for the sentence; what was written is not in it, for it may
     *     hold a password
     * @param portUsual where it says none
     * @throws IllegalArgumentException if it is anything else
     */
    public static HttpProxy parse(String from, String text, int portUsual) {
        String whole = text.contains("://") ? text : "http://" + text;
        try {
            URI uri = new URI(whole);
            String path = uri.getRawPath();
            boolean bare =
                    (path.isEmpty() || path.equals("/"))
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null;
            if ("http".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getPort() <= PORT_MAX
                    && bare) {
                return new HttpProxy(
                        unbracketed(uri.getHost()),
                        uri.getPort() < 0 ? portUsual : uri.getPort(),
                        Optional.ofNullable(uri.getRawUserInfo()).map(user -> login(from, user)));
            }
        } catch (URISyntaxException e) {
            // Its message would repeat the text, and with it a password.
            throw refused(from);
        }
        throw refused(from);
    }

    /**
     * Lets the JDK show a proxy a password for a tunnel, which it does not unless it is told to;
     * call it before the process makes its first HTTP client.
     */
    public static void allowBasic() {
        if (System.getProperty(DISABLED_SCHEMES) == null) {
            System.setProperty(DISABLED_SCHEMES, "");
        }
    }

    private static IllegalArgumentException refused(String from) {
        return new IllegalArgumentException(
                "%s names no proxy that can be used here. Write it as http://HOST:PORT: it is spoken to in the clear and opens tunnels (CONNECT)."
                        .formatted(from));
    }

    private static Login login(String from, String userInfo) {
        int colon = userInfo.indexOf(':');
        return colon < 0
                ? new Login(decoded(userInfo), "")
                : Login.parse(
                        from,
                        decoded(userInfo.substring(0, colon))
                                + ":"
                                + decoded(userInfo.substring(colon + 1)));
    }

    /** Percent signs only: a plus is a plus. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The same, shown this unless something is shown already. */
    public HttpProxy with(Optional<Login> other) {
        return new HttpProxy(host, port, login.or(() -> other));
    }

    /** As the JDK wants it; its name is looked up for each connection anew. */
    private Proxy asProxy() {
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(host, port));
    }

    /** Lets a client of the JDK go the way that is right for each server. */
    public static ProxySelector selector(Function<URI, Optional<HttpProxy>> ways) {
        return new Selector(ways);
    }

    private static final class Selector extends ProxySelector {
        private final Function<URI, Optional<HttpProxy>> ways;

        Selector(Function<URI, Optional<HttpProxy>> ways) {
            this.ways = ways;
        }

        @Override
        public List<Proxy> select(URI server) {
            return List.of(ways.apply(server).map(HttpProxy::asProxy).orElse(Proxy.NO_PROXY));
        }

        @Override
        public void connectFailed(URI server, SocketAddress proxy, IOException failure) {
            // Whoever asked is told.
        }
    }

    /** Without what it is shown. */
    @Override
    public String toString() {
        return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port);
    }
}
