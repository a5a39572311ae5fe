package stagecoach.packages.cache.port;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By which address a client reached us: the request says it, or a proxy in front, as it does for
 * the central server. Only the client itself believes what comes of it.
 */
final class Arrival {
    private static final Pattern SCHEME = Pattern.compile("https?");
    private static final Pattern HOST =
            Pattern.compile("([0-9A-Za-z._~-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    /** No folder begins with a dot: a path that leads up again is none. */
    private static final Pattern PREFIX = Pattern.compile("(/[0-9A-Za-z_~-][0-9A-Za-z._~-]*)*/?");

    private Arrival() {}

    /** With a slash at its end; empty if what was said makes no address. */
    static Optional<URI> base(HttpServerRequest request) {
        String scheme =
                first(request, "X-Forwarded-Proto")
                        .filter(given -> SCHEME.matcher(given).matches())
                        .orElse(request.isSSL() ? "https" : "http");
        Optional<Matcher> host =
                first(request, "X-Forwarded-Host")
                        .or(
                                () ->
                                        Optional.ofNullable(request.authority())
                                                .map(HostAndPort::toString))
                        .map(HOST::matcher)
                        .filter(Matcher::matches);
        String prefix = first(request, "X-Forwarded-Prefix").orElse("/");
        if (host.isEmpty() || !PREFIX.matcher(prefix).matches()) {
            return Optional.empty();
        }
        // A proxy that names a port knows better than the host that it was asked for.
        String port =
                first(request, "X-Forwarded-Port")
                        .filter(given -> PORT.matcher(given).matches())
                        .or(() -> Optional.ofNullable(host.get().group(2)))
                        .filter(given -> !given.equals(scheme.equals("https") ? "443" : "80"))
                        .map(":"::concat)
                        .orElse("");
        String folder = prefix.endsWith("/") ? prefix : prefix + "/";
        return Optional.of(URI.create(scheme + "://" + host.get().group(1) + port + folder));
    }

    private static Optional<String> first(HttpServerRequest request, String header) {
        @Nullable String value = request.getHeader(header);
        return Optional.ofNullable(value).map(text -> text.split(",", 2)[0].strip());
    }
}
