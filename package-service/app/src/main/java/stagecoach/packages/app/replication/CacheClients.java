package stagecoach.packages.app.replication;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.trust.CacheCredential;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;

/** Connections to caches: one set for each name and certificate. */
@Singleton
class CacheClients {
    private final ReplicationConfig config;
    private final Optional<String> trust;
    private final DownCaches downs;
    private final Map<Kind, HttpClient> clients = new ConcurrentHashMap<>();

    CacheClients(
            ReplicationConfig config,
            DownCaches downs,
            @ConfigProperty(name = "STAGECOACH_CACHE_TRUST") Optional<String> trust) {
        this.config = config;
        this.downs = downs;
        this.trust = trust;
    }

    @PreDestroy
    void stop() {
        clients.values().forEach(HttpClient::shutdownNow);
    }

    private record Kind(String host, boolean direct, Thumbprint pinned, Duration connectMax) {}

    /** The cache of a configuration, asked with patience. */
    StagecoachCache of(CacheRow row) {
        return of(row, false);
    }

    /**
     * The cache of a configuration.
     *
     * @param quick whether to leave it soon if no connection comes about
     */
    StagecoachCache of(CacheRow row, boolean quick) {
        String secret =
                trust.orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "Set STAGECOACH_CACHE_TRUST, the secret from which the credential of each cache is derived."));
        URI server = URI.create(row.pushUrl);
        boolean direct = CacheAddresses.isDirect(server);
        Thumbprint pinned = Thumbprint.parse(row.thumbprint);
        return new StagecoachCache(
                new CacheAddresses(
                        longest ->
                                clients.computeIfAbsent(
                                        new Kind(server.getHost(), direct, pinned, longest),
                                        kind -> client(kind, server)),
                        quick ? config.connectQuickMax() : config.connectMax(),
                        ServerAddresses.Resolver.SYSTEM,
                        downs),
                row.pushUrl,
                CacheCredential.of(secret, row.id),
                StagecoachCache.ANSWER_MAX);
    }

    private HttpClient client(Kind kind, URI server) {
        var parameters = new SSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        ServerAddresses.name(parameters, server);
        return HttpClient.newBuilder()
                .proxy(kind.direct() ? HttpClient.Builder.NO_PROXY : ProxySelector.getDefault())
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(kind.connectMax())
                .sslContext(trusting(kind.pinned()))
                .sslParameters(parameters)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static SSLContext trusting(Thumbprint pinned) {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {PinnedTrust.exactly(pinned)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS 1.3", e);
        }
    }
}
