package stagecoach.tentacle.proxy;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.HttpProxy;

/** Says in words what went wrong on the way through a proxy. */
final class ProxyFailure {
    static final int WANTS_LOGIN = 407;

    private static final int FORBIDDEN = 403;

    /** As the JDK's client says it, and as Netty does. */
    private static final Pattern STATUS =
            Pattern.compile("(?:Tunnel failed, got: |, status: )([0-9]{3})");

    private ProxyFailure() {}

    static String words(HttpProxy proxy, URI server, Throwable failure) {
        String said = own(failure);
        Matcher status = STATUS.matcher(said);
        if (status.find()) {
            return refused(proxy, server, Integer.parseInt(status.group(1)));
        }
        if (said.endsWith(", disconnected") || said.endsWith(", missing response")) {
            return "the proxy %s closed the connection before its tunnel to %s stood"
                    .formatted(proxy, place(server));
        }
        if (said.endsWith(", timeout")) {
            return "the proxy %s opened no tunnel to %s in time".formatted(proxy, place(server));
        }
        if (caused(failure, ConnectException.class)
                || caused(failure, UnknownHostException.class)
                || caused(failure, UnresolvedAddressException.class)
                || caused(failure, NoRouteToHostException.class)
                || caused(failure, HttpConnectTimeoutException.class)) {
            return "the proxy %s cannot be reached: %s".formatted(proxy, said);
        }
        if (caused(failure, CertificateException.class)) {
            return "%s. If the proxy %s looks into TLS, it must leave out %s: only that server's own certificate is trusted"
                    .formatted(said, proxy, place(server));
        }
        return "%s (through the proxy %s)".formatted(said, proxy);
    }

    /** The proxy answered, but not with a tunnel. */
    static String refused(HttpProxy proxy, URI server, int status) {
        String what =
                switch (status) {
                    case WANTS_LOGIN ->
                            proxy.login().isPresent()
                                    ? "it does not take the credentials of this machine (407). Correct them in the file that tentacle configure --proxy-credentials-file names"
                                    : "it wants credentials (407). Name a file that has them with tentacle configure --proxy-credentials-file";
                    case FORBIDDEN ->
                            "it does not allow that (403). Let it allow CONNECT to that server and port";
                    default -> "it answered %d".formatted(status);
                };
        return "the proxy %s opens no tunnel to %s: %s".formatted(proxy, place(server), what);
    }

    private static String place(URI server) {
        return server.getAuthority();
    }

    private static boolean caused(Throwable e, Class<? extends Throwable> type) {
        return about(e, type).isPresent();
    }

    private static Optional<Throwable> about(
            @Nullable Throwable e, Class<? extends Throwable> type) {
        return e == null || type.isInstance(e) ? Optional.ofNullable(e) : about(e.getCause(), type);
    }

    /** The first words in the chain of causes; if it is about trust, those that say in whom. */
    static String own(Throwable e) {
        return about(e, CertificateExpiredException.class)
                .map(_ -> "its certificate has expired")
                .or(() -> about(e, CertificateException.class).map(Throwable::getMessage))
                .orElseGet(() -> first(e));
    }

    private static String first(Throwable e) {
        @Nullable Throwable cause = e.getCause();
        return Optional.ofNullable(e.getMessage())
                .filter(message -> !message.isEmpty())
                .orElseGet(
                        () ->
                                cause != null && cause != e
                                        ? first(cause)
                                        : e instanceof ConnectException
                                                ? "the connection was refused"
                                                : e.getClass().getSimpleName());
    }
}
