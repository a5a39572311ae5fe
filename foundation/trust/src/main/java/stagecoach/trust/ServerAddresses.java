package stagecoach.trust;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that a server's name stands for, for those who try one after the other: the JDK's
 * HTTP client takes the first one only. The URL of a request then names the address, and all else
 * names the server: the header {@code Host}, and with {@link #name} what TLS asks for and what the
 * certificate is compared with.
 */
public final class ServerAddresses {
    /** So many silent addresses of a name are waited for. */
    static final int SILENT_MAX = 8;

    private static final String RESTRICTED = "jdk.httpclient.allowRestrictedHeaders";
    private static final String HOST = "host";
    private static final String NO_LENGTH = "its Content-Length is no number of bytes";

    static {
        allowHostHeader();
    }

    private ServerAddresses() {}

    /** Knows the addresses of names. */
    @FunctionalInterface
    public interface Resolver {
        /** As the computer knows them. */
        Resolver SYSTEM = InetAddress::getAllByName;

        /** All addresses of a name, the one to try first first. */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    /** Lets requests say {@code Host}; call it before the process makes its first HTTP client. */
    public static void allowHostHeader() {
        Set<String> allowed = new TreeSet<>(Set.of(HOST));
        for (String name : System.getProperty(RESTRICTED, "").split(",", -1)) {
            if (!name.isBlank()) {
                allowed.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        System.setProperty(RESTRICTED, String.join(",", allowed));
    }

    /**
     * The URL under each address of its server; as it is, if there is only one.
     *
     * @throws UnknownHostException if there is none
     */
    public static List<URI> of(URI server, Resolver resolver) throws UnknownHostException {
        Set<URI> urls = new LinkedHashSet<>();
        for (InetAddress address : resolver.addressesOf(server.getHost())) {
            urls.add(at(server, address));
        }
        return urls.size() == 1 ? List.of(server) : List.copyOf(urls);
    }

    private static URI at(URI server, InetAddress address) {
        String literal = address.getHostAddress().replaceFirst("%.*", "");
        return URI.create(
                "%s://%s%s%s%s"
                        .formatted(
                                server.getScheme(),
                                address instanceof Inet6Address ? "[" + literal + "]" : literal,
                                server.getPort() < 0 ? "" : ":" + server.getPort(),
                                server.getRawPath(),
                                server.getRawQuery() == null ? "" : "?" + server.getRawQuery()));
    }

    /**
     * Asks one address after the other until one can be connected to, or so many were silent that
     * the others are not waited for.
     *
     * @param addresses those of {@link #of}, in the order in which they are asked
     * @param asking sends a request to one of them
     * @throws IOException what the last one failed with, or one that refused
     */
    public static <R, X extends Exception> R first(List<URI> addresses, Asking<R, X> asking)
            throws X, IOException, InterruptedException {
        @Nullable IOException unreached = null;
        int silent = 0;
        for (URI address : addresses) {
            try {
                return asking.at(address);
            } catch (ConnectException e) {
                unreached = e;
            } catch (HttpConnectTimeoutException e) {
                if (!(unreached instanceof ConnectException)) {
                    unreached = e;
                }
                silent++;
                if (silent == SILENT_MAX) {
                    break;
                }
            }
        }
        throw Objects.requireNonNull(unreached, "a server has at least one address");
    }

    /** Sends a request. */
    @FunctionalInterface
    public interface Asking<R, X extends Exception> {
        /** Sends it to this URL. */
        R at(URI address) throws X, IOException, InterruptedException;
    }

    /** A request to one of the URLs of {@link #of}. */
    public static HttpRequest.Builder request(URI server, URI address) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address);
        return address.equals(server) ? request : request.header("Host", server.getAuthority());
    }

    /**
     * What a server answers; its body is still to be read.
     *
     * @throws ProtocolException if the answer is none of HTTP, also where all that is wrong with it
     *     is the length that it tells
     */
    public static HttpResponse<InputStream> answer(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof NumberFormatException) {
                throw noLength(e);
            }
            throw e;
        }
        if (answer.headers().firstValueAsLong("Content-Length").orElse(0) < 0) {
            answer.body().close();
            throw new ProtocolException(NO_LENGTH);
        }
        return answer;
    }

    /**
     * Why a request has failed, where the server is to blame: the JDK's client takes a length that
     * is no number for a mistake of whoever asks.
     *
     * @param failure as the JDK's client has it
     */
    public static Throwable blamed(Throwable failure) {
        return failure instanceof NumberFormatException ? noLength(failure) : failure;
    }

    private static ProtocolException noLength(Throwable cause) {
        var failure = new ProtocolException(NO_LENGTH);
        failure.initCause(cause);
        return failure;
    }

    /** Whether a URL's host is an address, and no name. */
    public static boolean isLiteral(String host) {
        return host.startsWith("[") || host.matches("[0-9.]+");
    }

    /** Lets TLS ask for the server by its name, whatever address a URL has. */
    public static void name(SSLParameters parameters, URI server) {
        String host = server.getHost();
        if (!isLiteral(host)) {
            parameters.setServerNames(List.of(new SNIHostName(IDN.toASCII(host))));
        }
    }
}
