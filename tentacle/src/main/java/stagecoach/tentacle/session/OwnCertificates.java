package stagecoach.tentacle.session;

import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.tentacle.home.Certificates;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;

/** Shows to whoever dials the certificate that is to be shown then, also while it is renewed. */
final class OwnCertificates extends X509ExtendedKeyManager {
    private static final Logger LOG = LoggerFactory.getLogger(OwnCertificates.class);

    private final Certificates certificates;

    /** What is or was shown, by thumbprint: a few in a process's life. */
    private final Map<String, Shown> shown = new ConcurrentHashMap<>();

    private record Shown(Identity identity, X509ExtendedKeyManager keys, String alias) {}

    OwnCertificates(Certificates certificates) {
        this.certificates = certificates;
    }

    /** Which one was shown in a TLS session. */
    Identity in(SSLSession session) {
        Certificate @Nullable [] own = session.getLocalCertificates();
        if (own != null && own.length > 0 && own[0] instanceof X509Certificate certificate) {
            Shown known = shown.get(Thumbprint.of(certificate).value());
            if (known != null) {
                return known.identity();
            }
        }
        return certificates.get();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        try {
            Identity identity = certificates.toShow();
            String name = identity.thumbprint().value();
            Shown known = shown.get(name);
            X509ExtendedKeyManager keys = known == null ? identity.keyManager() : known.keys();
            String alias = keys.chooseEngineServerAlias(keyType, issuers, engine);
            if (alias == null) {
                return null;
            }
            if (known == null) {
                shown.put(name, new Shown(identity, keys, alias));
            }
            return name;
        } catch (IOException e) {
            LOG.error("this machine's certificate cannot be read", e);
            return null;
        }
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Shown known = shown.get(alias);
        return known == null ? null : known.keys().getCertificateChain(known.alias());
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Shown known = shown.get(alias);
        return known == null ? null : known.keys().getPrivateKey(known.alias());
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[] {alias};
    }
}
