package stagecoach.gateway.app.dialing;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import stagecoach.trust.Thumbprint;

/**
 * Trusts whoever is dialled by the thumbprints that are expected at that address, so that a
 * stranger there learns nothing: not even our certificate, which TLS shows after this.
 */
final class ExpectedCertificates extends X509ExtendedTrustManager {
    private final Map<Place, Set<Expectation>> expected = new ConcurrentHashMap<>();

    /** Where somebody is dialled: an address, as it was given to TLS, and a port. */
    record Place(String host, int port) {
        /** The same without the brackets of the sixth version. */
        Place bare() {
            return new Place(host.replaceAll("[\\[\\]]", ""), port);
        }
    }

    /** What one who dials expects, and what was shown instead. */
    static final class Expectation {
        private final Set<Thumbprint> trusted;
        private volatile Optional<Thumbprint> instead = Optional.empty();

        private Expectation(Set<Thumbprint> trusted) {
            this.trusted = trusted;
        }

        /** The certificate of a stranger that was there. */
        Optional<Thumbprint> instead() {
            return instead;
        }
    }

    /** From now on until {@link #forget}, somebody who dials there expects one of these. */
    Expectation expect(Place place, Set<Thumbprint> trusted) {
        var expectation = new Expectation(trusted);
        expected.compute(
                place.bare(),
                (_, others) -> {
                    Set<Expectation> all = others == null ? new CopyOnWriteArraySet<>() : others;
                    all.add(expectation);
                    return all;
                });
        return expectation;
    }

    void forget(Place place, Expectation expectation) {
        expected.computeIfPresent(
                place.bare(),
                (_, all) -> {
                    all.remove(expectation);
                    return all.isEmpty() ? null : all;
                });
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("The machine showed no certificate.");
        }
        Thumbprint shown = Thumbprint.of(chain[0]);
        Set<Expectation> here =
                expected.getOrDefault(
                        new Place(String.valueOf(engine.getPeerHost()), engine.getPeerPort())
                                .bare(),
                        Set.of());
        if (here.stream().noneMatch(each -> each.trusted.contains(shown))) {
            here.forEach(each -> each.instead = Optional.of(shown));
            throw new CertificateException(
                    "The machine's certificate has the thumbprint %s, which is not that of whom is dialled."
                            .formatted(shown));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw unknownPlace();
    }

    @Override
    public void checkServerTrusted(
            X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw unknownPlace();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw unknownPlace();
    }

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw unknownPlace();
    }

    @Override
    public void checkClientTrusted(
            X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw unknownPlace();
    }

    private static CertificateException unknownPlace() {
        return new CertificateException("Only machines that are dialled are trusted here.");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
