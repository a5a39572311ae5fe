package stagecoach.packages.feeds.transport;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** What went wrong with a connection to a feed's server, in words. */
final class ConnectionTrouble {
    private static final int CAUSES_MAX = 10;

    private ConnectionTrouble() {}

    /** The words; {@code rules} say how long was waited. */
    static String told(Throwable failure, FeedRules rules) {
        for (Throwable cause : chain(failure)) {
            switch (cause) {
                case HttpConnectTimeoutException _ -> {
                    return "no connection within %d s".formatted(rules.connectMax().toSeconds());
                }
                case HttpTimeoutException _ -> {
                    return "no answer within %d s".formatted(rules.stallMax().toSeconds());
                }
                case UnresolvedAddressException _, UnknownHostException _ -> {
                    return "its name is not known here";
                }
                case CertificateExpiredException _ -> {
                    return "its certificate has expired";
                }
                default -> {}
            }
        }
        if (failure instanceof SSLException) {
            return "its certificate is not trusted (%s). Put its CA into the file that STAGECOACH_FEED_CERTIFICATES names"
                    .formatted(failure.getMessage());
        }
        if (failure instanceof ConnectException && failure.getMessage() == null) {
            return "the connection was refused";
        }
        return Optional.ofNullable(failure.getMessage())
                .orElseGet(() -> failure.getClass().getSimpleName());
    }

    private static List<Throwable> chain(Throwable failure) {
        return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(CAUSES_MAX)
                .toList();
    }
}
