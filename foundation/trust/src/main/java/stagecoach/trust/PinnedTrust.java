package stagecoach.trust;

import java.net.Socket;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts certificates by their thumbprint and by nothing else: no authority, no host name, no
 * dates, for a pin holds until it is taken away. TLS itself proves that the other side has the key.
 */
public final class PinnedTrust extends X509ExtendedTrustManager {
    private static final int RSA_BITS_MIN = 2048;
    private static final int EC_BITS_MIN = 256;

    /** Asked at each handshake; where none are pinned it is not asked. */
    private final Supplier<Set<Thumbprint>> pins;

    private final boolean pinned;

    private PinnedTrust(Supplier<Set<Thumbprint>> pins, boolean pinned) {
        this.pins = pins;
        this.pinned = pinned;
    }

    /** Accepts exactly the certificates with these thumbprints. */
    public static PinnedTrust exactly(Collection<Thumbprint> pins) {
        Set<Thumbprint> fixed = Set.copyOf(pins);
        return new PinnedTrust(() -> fixed, true);
    }

    /** Accepts exactly the certificates with the thumbprints that {@code pins} has by then. */
    public static PinnedTrust current(Supplier<Set<Thumbprint>> pins) {
        return new PinnedTrust(pins, true);
    }

    /** Accepts exactly the certificate with this thumbprint. */
    public static PinnedTrust exactly(Thumbprint pin) {
        return exactly(Set.of(pin));
    }

    /**
     * Accepts any certificate with a key of decent strength. For servers, whose application then
     * decides by thumbprint on every request: so strangers can reach the enrolment and are refused
     * in words elsewhere.
     */
    public static PinnedTrust anyWellFormed() {
        return new PinnedTrust(Set::of, false);
    }

    private void check(X509Certificate @Nullable [] chain) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("The other side showed no certificate.");
        }
        X509Certificate shown = chain[0];
        if (pinned) {
            Thumbprint thumbprint = Thumbprint.of(shown);
            if (!pins.get().contains(thumbprint)) {
                throw new CertificateException(
                        "The other side's certificate has the thumbprint %s, which is not trusted here."
                                .formatted(thumbprint));
            }
        } else if (!strong(shown.getPublicKey())) {
            throw new CertificateException(
                    "The other side's certificate has a weak or unknown kind of key; use EC P-256 or"
                            + " RSA of 2048 bits or more.");
        }
    }

    private static boolean strong(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                    ec.getParams().getCurve().getField().getFieldSize() >= EC_BITS_MIN;
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_MIN;
            default -> false;
        };
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    /**
     * None: a list of authorities would make clients hold back certificates of their own making.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
