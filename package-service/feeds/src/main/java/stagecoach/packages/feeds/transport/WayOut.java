package stagecoach.packages.feeds.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
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
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * How feeds are reached from here.
 *
 * @param certificates a PEM file with CAs that are trusted besides those of the Java runtime
 * @param proxy {@code http://host:port}; without one, that of the Java runtime's own settings
 */
public record WayOut(Optional<Path> certificates, Optional<URI> proxy) {
    private static final int PROXY_PORT = 3128;

    /** As the Java runtime has it. */
    public static final WayOut USUAL = new WayOut(Optional.empty(), Optional.empty());

    /** {@code builder}, set up. */
    public HttpClient.Builder applied(HttpClient.Builder builder) {
        builder.proxy(
                proxy.map(
                                uri ->
                                        ProxySelector.of(
                                                new InetSocketAddress(
                                                        uri.getHost(),
                                                        uri.getPort() < 0
                                                                ? PROXY_PORT
                                                                : uri.getPort())))
                        .orElseGet(ProxySelector::getDefault));
        certificates.ifPresent(file -> builder.sslContext(trusting(file)));
        return builder;
    }

    private static SSLContext trusting(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (X509Certificate usual : usual()) {
                store.setCertificateEntry("usual-" + count++, usual);
            }
            for (var own : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("own-" + count++, own);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return tls;
        } catch (IOException | CertificateException e) {
            throw new IllegalStateException(
                    "STAGECOACH_FEED_CERTIFICATES names %s, which cannot be read as certificates in PEM form: %s"
                            .formatted(file, e.getMessage()),
                    e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks TLS.", e);
        }
    }

    private static X509Certificate[] usual() throws GeneralSecurityException {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init((KeyStore) null);
        return ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers();
    }
}
