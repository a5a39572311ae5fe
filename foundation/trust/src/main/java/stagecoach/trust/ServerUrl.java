package stagecoach.trust;

import java.net.URI;

/**
 * What a URL says of the server that it leads to. Schemes and names of hosts are compared without
 * case (RFC 3986, 3.1 and 3.2.2).
 */
public final class ServerUrl {
    private static final int PORT_OF_HTTPS = 443;
    private static final int PORT_OF_HTTP = 80;

    private ServerUrl() {}

    /** Whether TLS keeps from others on the way what is sent there. */
    public static boolean isSecure(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /** Whether it is an absolute one, of a web server. */
    public static boolean isWeb(URI url) {
        return url.getHost() != null && (isSecure(url) || "http".equalsIgnoreCase(url.getScheme()));
    }

    /** The port, also where it is left out. */
    public static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return isSecure(url) ? PORT_OF_HTTPS : PORT_OF_HTTP;
    }

    /** Whether two have the same scheme, host and port, so that one may be shown the other's. */
    public static boolean isSameServer(URI one, URI other) {
        return isWeb(one)
                && isWeb(other)
                && isSecure(one) == isSecure(other)
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    /** Whether who goes on from one to the other leaves TLS. */
    public static boolean leavesTls(URI from, URI to) {
        return isSecure(from) && !isSecure(to);
    }
}
