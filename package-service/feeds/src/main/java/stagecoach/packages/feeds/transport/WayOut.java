package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
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
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.NamedTrust;
import stagecoach.trust.ServerAddresses;

/**
 * How feeds are reached from here.
 *
 * @param certificates a PEM file with CAs that are trusted besides those of the Java runtime
 * @param proxy {@code http://host:port}; without one, that of the Java runtime's own settings
 * @param innerHosts to which feeds may lead although they are further in
 */
public record WayOut(Optional<Path> certificates, Optional<URI> proxy, InnerHosts innerHosts) {
    private static final int PROXY_PORT = 3128;

    /** As the Java runtime has it. */
    public static final WayOut USUAL =
            new WayOut(Optional.empty(), Optional.empty(), InnerHosts.NONE);

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
        return proxy.map(
                        uri ->
                                ProxySelector.of(
                                        new InetSocketAddress(
                                                uri.getHost(),
                                                uri.getPort() < 0 ? PROXY_PORT : uri.getPort())))
                .orElseGet(ProxySelector::getDefault);
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
