package stagecoach.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The SHA-256 of a certificate's DER form: what a party is known by.
 *
 * @param value the 32 bytes as 64 lower-case hexadecimal digits
 */
public record Thumbprint(String value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");

    /** Refuses anything but 64 lower-case hexadecimal digits. */
    public Thumbprint {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "'%s' is no certificate thumbprint: write its SHA-256 as 64 hexadecimal digits."
                            .formatted(value));
        }
    }

    /**
     * Reads hexadecimal digits of either case, also with colons between the bytes as OpenSSL prints
     * them.
     *
     * @throws IllegalArgumentException with a sentence if the text is anything else
     */
    public static Thumbprint parse(String text) {
        return new Thumbprint(text.strip().replace(":", "").toLowerCase(Locale.ROOT));
    }

    /** The thumbprint of {@code certificate}. */
    public static Thumbprint of(X509Certificate certificate) {
        try {
            return ofDer(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("The certificate has no DER form.", e);
        }
    }

    /** The thumbprint of the certificate whose DER form is given. */
    public static Thumbprint ofDer(byte[] der) {
        try {
            return new Thumbprint(
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * The thumbprint of the other side of a TLS session.
     *
     * @throws SSLPeerUnverifiedException if it showed no certificate
     */
    public static Thumbprint ofPeer(SSLSession session) throws SSLPeerUnverifiedException {
        return of((X509Certificate) session.getPeerCertificates()[0]);
    }

    @Override
    public String toString() {
        return value;
    }
}
