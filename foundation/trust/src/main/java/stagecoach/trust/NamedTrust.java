package stagecoach.trust;

import java.net.IDN;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts what authorities stand for, if it is for one server's name. Where a connection goes to an
 * address, Java would also take a certificate that is for the address: whoever leads a name to a
 * machine of his own could have one.
 */
public final class NamedTrust extends X509ExtendedTrustManager {
    private static final int DNS_NAME = 2;

    private final X509ExtendedTrustManager authorities;
    private final String name;

    /**
     * @param authorities what is trusted, whatever it is for
     * @param host the server's name, as a URL has it
     */
    public NamedTrust(X509ExtendedTrustManager authorities, String host) {
        this.authorities = authorities;
        this.name = IDN.toASCII(host).toLowerCase(Locale.ROOT);
    }

    /**
     * What trusts the authorities of the Java runtime for a server, where that has a name and
     * speaks TLS.
     */
    public static Optional<SSLContext> contextFor(URI server) {
        if (!"https".equalsIgnoreCase(server.getScheme())
                || ServerAddresses.isLiteral(server.getHost())) {
            return Optional.empty();
        }
        try {
            var authorities =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            authorities.init((KeyStore) null);
            var context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {
                        new NamedTrust(
                                (X509ExtendedTrustManager) authorities.getTrustManagers()[0],
                                server.getHost())
                    },
                    null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime lacks TLS.", e);
        }
    }

    private void requireName(X509Certificate[] chain) throws CertificateException {
        List<String> names = names(chain[0]);
        if (names.stream().noneMatch(this::matches)) {
            throw new CertificateException(
                    "The certificate is for %s, and not for %s."
                            .formatted(String.join(", ", names), name));
        }
    }

    /** Those that it has for servers; its subject counts only if there are none (RFC 6125, 6.4). */
    private static List<String> names(X509Certificate certificate) throws CertificateException {
        Collection<List<?>> alternatives = alternatives(certificate);
        List<String> names =
                alternatives.stream()
                        .filter(each -> each.getFirst().equals(DNS_NAME))
                        .map(each -> String.valueOf(each.get(1)))
                        .toList();
        return names.isEmpty() ? commonName(certificate).stream().toList() : names;
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate)
            throws CertificateParsingException {
        return Optional.ofNullable(certificate.getSubjectAlternativeNames()).orElse(List.of());
    }

    private static Optional<String> commonName(X509Certificate certificate)
            throws CertificateException {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> String.valueOf(part.getValue()))
                            .findFirst();
        } catch (InvalidNameException e) {
            throw new CertificateException("The certificate's subject cannot be read.", e);
        }
    }

    /** An asterisk stands for one whole label, the first one. */
    private boolean matches(String pattern) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return wanted.equals(name)
                || (wanted.startsWith("*.")
                        && dot > 0
                        && wanted.substring(1).equals(name.substring(dot)));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        authorities.checkServerTrusted(chain, authType, engine);
        requireName(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        authorities.checkServerTrusted(chain, authType, socket);
        requireName(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        authorities.checkServerTrusted(chain, authType);
        requireName(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        authorities.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
