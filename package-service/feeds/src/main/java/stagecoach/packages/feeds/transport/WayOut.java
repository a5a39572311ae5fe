package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.DirectHosts;
import stagecoach.trust.HttpProxy;
import stagecoach.trust.NamedTrust;
import stagecoach.trust.ServerAddresses;

/**
 * How feeds are reached from here.
 *
 * @param certificates a PEM file with CAs that are trusted besides those of the Java runtime
 * @param proxy on the way; without one, that of the Java runtime's own settings
 * @param direct who is reached past that proxy
 * @param innerHosts to which feeds may lead although they are further in
 */
public record WayOut(
        Optional<Path> certificates,
        Optional<HttpProxy> proxy,
        DirectHosts direct,
        InnerHosts innerHosts) {
    static {
        // A feed by https is reached through a tunnel.
        HttpProxy.allowBasic();
    }

    /** As the JDK's client says it. */
    private static final Pattern NO_TUNNEL = Pattern.compile("Tunnel failed, got: ([0-9]{3})");

    /** As the Java runtime has it. */
    public static final WayOut USUAL =
            new WayOut(Optional.empty(), Optional.empty(), DirectHosts.OF_MACHINE, InnerHosts.NONE);

    /** {@code builder}, set up. */
    HttpClient.Builder applied(HttpClient.Builder builder) {
        builder.proxy(selector());
        certificates.ifPresent(file -> builder.sslContext(tls(trust(file))));
        return builder;
    }

    /** {@code builder}, set up for the addresses of one server, which TLS knows by its name. */
    HttpClient.Builder appliedTo(URI server, HttpClient.Builder builder) {
        var parameters = new SSLParameters();
        ServerAddresses.name(parameters, server);
        X509ExtendedTrustManager authorities =
                certificates.map(WayOut::trust).orElseGet(() -> usual(null));
        return builder.proxy(HttpClient.Builder.NO_PROXY)
                .sslParameters(parameters)
                .sslContext(tls(new NamedTrust(authorities, server.getHost())));
    }

    /** Whether a server is reached without a proxy. */
    boolean isDirect(URI uri) {
        return selector().select(uri).stream()
                .findFirst()
                .filter(first -> first.type() != Proxy.Type.DIRECT)
                .isEmpty();
    }

    private ProxySelector selector() {
        return proxy.map(_ -> HttpProxy.selector(this::proxyTo))
                .orElseGet(ProxySelector::getDefault);
    }

    private Optional<HttpProxy> proxyTo(URI server) {
        return proxy.filter(_ -> !direct.contains(server));
    }

    /** Lets a request show the proxy on its way what that wants; the server is not shown it. */
    HttpRequest.Builder showing(HttpRequest.Builder request, URI server) {
        proxyTo(server)
                .flatMap(HttpProxy::login)
                .ifPresent(login -> request.header("Proxy-Authorization", login.basic()));
        return request;
    }

    /** What to do where a proxy wants other credentials (407), in words. */
    String unpaid(URI server) {
        Optional<HttpProxy> ours = proxyTo(server);
        if (ours.isEmpty()) {
            return isDirect(server)
                    ? "%s answered 407, as only a proxy does that lies before it unnamed. Name it in STAGECOACH_FEED_PROXY"
                            .formatted(server.getHost())
                    : "the proxy of Java's own settings wants credentials (407). Name it in STAGECOACH_FEED_PROXY, and give these in STAGECOACH_FEED_PROXY_CREDENTIALS";
        }
        return (ours.get().login().isPresent()
                        ? "the proxy %s does not take the credentials that it is shown (407). Correct them in STAGECOACH_FEED_PROXY_CREDENTIALS, or in the file that STAGECOACH_FEED_PROXY_CREDENTIALS_FILE names"
                        : "the proxy %s wants credentials (407). Write them as USER:PASSWORD into STAGECOACH_FEED_PROXY_CREDENTIALS, or into a file that STAGECOACH_FEED_PROXY_CREDENTIALS_FILE names")
                .formatted(ours.get());
    }

    /** What went wrong on the way to a server, with the proxy on it, if there is one of ours. */
    String onTheWay(URI server, String trouble) {
        return proxyTo(server)
                .map(
                        ours -> {
                            Matcher status = NO_TUNNEL.matcher(trouble);
                            return status.find()
                                    ? "the proxy %s answered %s instead of opening a tunnel. Let it allow CONNECT to there, or see its log"
                                            .formatted(ours, status.group(1))
                                    : "%s (through the proxy %s)".formatted(trouble, ours);
                        })
                .orElse(trouble);
    }

    private static SSLContext tls(X509TrustManager trust) {
        try {
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {trust}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks TLS.", e);
        }
    }

    private static X509ExtendedTrustManager trust(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (X509Certificate usual : usual(null).getAcceptedIssuers()) {
                store.setCertificateEntry("usual-" + count++, usual);
            }
            for (var own : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("own-" + count++, own);
            }
            return usual(store);
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException(
                    "STAGECOACH_FEED_CERTIFICATES names %s, which cannot be read as certificates in PEM form: %s"
                            .formatted(file, e.getMessage()),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks TLS.", e);
        }
    }

    /** As Java trusts authorities: those of a store, or its own. */
    private static X509ExtendedTrustManager usual(@Nullable KeyStore store) {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return (X509ExtendedTrustManager) trust.getTrustManagers()[0];
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks TLS.", e);
        }
    }

    /**
     * Hosts that feeds may lead to although these are further in, such as the private links of a
     * cloud.
     *
     * @param patterns names in lower case; {@code .example} is every name that ends so
     */
    public record InnerHosts(Set<String> patterns) {
        /** No feed may. */
        public static final InnerHosts NONE = new InnerHosts(Set.of());

        private static final Pattern HOST =
                Pattern.compile("\\.?[a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+]");

        /** Copies the set. */
        public InnerHosts {
            patterns = Set.copyOf(patterns);
        }

        /**
         * Reads a list with commas between.
         *
         * @param text names of hosts; {@code .example} and {@code *.example} are every name that
         *     ends so
         * @throws IllegalArgumentException with a sentence, if one is none
         */
        public static InnerHosts parse(String text) {
            Set<String> patterns = new LinkedHashSet<>();
            for (String each : text.split(",", -1)) {
                String pattern = each.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*\\.", ".");
                if (pattern.isEmpty()) {
                    continue;
                }
                if (!HOST.matcher(pattern).matches()) {
                    throw new IllegalArgumentException(
                            "STAGECOACH_FEED_INNER_HOSTS names \"%s\", which is no host. Write names such as nuget.example, and .example for all that end so, with commas between."
                                    .formatted(each.strip()));
                }
                patterns.add(pattern);
            }
            return new InnerHosts(patterns);
        }

        /** Whether a host, as a URL has it, is one of them. */
        boolean include(String host) {
            String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
            return patterns.stream()
                    .anyMatch(
                            pattern ->
                                    pattern.startsWith(".")
                                            ? name.endsWith(pattern)
                                            : name.equals(pattern));
        }
    }
}
