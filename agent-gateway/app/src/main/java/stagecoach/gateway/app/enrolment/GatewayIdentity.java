package stagecoach.gateway.app.enrolment;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jboss.logging.Logger;
import stagecoach.gateway.app.crowd.CrowdConfig;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;

/** The gateway's own key and certificate, and the TLS of the ports that machines come in at. */
@Singleton
public class GatewayIdentity {
    private static final Logger LOG = Logger.getLogger(GatewayIdentity.class);
    private static final int HEADERS_MAX_BYTES = 16 * 1024;

    private static final String NAME = "stagecoach-gateway";

    private final Identity identity;
    private final Set<Thumbprint> trusted = new LinkedHashSet<>();
    private final CrowdConfig crowd;

    GatewayIdentity(EnrolmentConfig config, CrowdConfig crowd) {
        this.crowd = crowd;
        try {
            identity = Identity.loadOrCreate(config.identity(), NAME);
            trusted.add(identity.thumbprint());
            if (config.identityAlso().isPresent()) {
                Thumbprint also =
                        Identity.loadOrCreate(config.identityAlso().get(), NAME).thumbprint();
                trusted.add(also);
                LOG.infof(
                        "machines are told to trust another certificate as well thumbprint=%s",
                        also);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** What machines pin. */
    public Thumbprint thumbprint() {
        return identity.thumbprint();
    }

    /** What machines shall pin: the one that is shown here, and while it is renewed another. */
    public List<Thumbprint> trusted() {
        return List.copyOf(trusted);
    }

    /**
     * TLS 1.3 with a client certificate that is demanded and accepted whoever made it: strangers
     * must reach the enrolment, so trust is decided by thumbprint on every request.
     */
    public HttpServerOptions mutualTls() {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(false)
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManager()))
                .setTrustOptions(TrustOptions.wrap(PinnedTrust.anyWellFormed()))
                .setSslHandshakeTimeout(crowd.handshakeWithin().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setMaxHeaderSize(HEADERS_MAX_BYTES);
    }

    /** The same TLS for those who dial: our certificate, shown to whom {@code trust} accepts. */
    public WebSocketClientOptions callingTls(X509ExtendedTrustManager trust) {
        return new WebSocketClientOptions()
                .setSsl(true)
                .setUseAlpn(false)
                .setVerifyHost(false)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setKeyCertOptions(KeyCertOptions.wrap(identity.keyManager()))
                .setTrustOptions(TrustOptions.wrap(trust));
    }
}
