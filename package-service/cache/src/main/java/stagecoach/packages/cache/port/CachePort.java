package stagecoach.packages.cache.port;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.PackageStore;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.vocabulary.packages.Sha512;

/**
 * TLS 1.3 with a certificate of the cache's own making; any client certificate is taken at the
 * handshake and judged by what is asked for.
 */
public final class CachePort implements Closeable {
    private static final int START_SECONDS_MAX = 20;
    private static final int IDLE_SECONDS_MAX = 120;

    private final HttpServer server;
    private final BlobReads reads;
    private final PullControl control;
    private final Holdings holdings;
    private final FeedControl feed;

    private CachePort(
            Vertx vertx,
            Identity identity,
            BlobReads reads,
            PullControl control,
            Holdings holdings,
            FeedControl feed,
            Refused refused) {
        this.reads = reads;
        this.control = control;
        this.holdings = holdings;
        this.feed = feed;
        this.server =
                vertx.createHttpServer(
                                new HttpServerOptions()
                                        .setSsl(true)
                                        .setClientAuth(ClientAuth.REQUEST)
                                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(
                                                KeyCertOptions.wrap(identity.keyManager()))
                                        .setTrustOptions(
                                                TrustOptions.wrap(PinnedTrust.anyWellFormed()))
                                        .setUseAlpn(false)
                                        .setIdleTimeout(IDLE_SECONDS_MAX)
                                        .setIdleTimeoutUnit(SECONDS))
                        .requestHandler(this::on)
                        .exceptionHandler(
                                e -> {
                                    if (e instanceof SSLException) {
                                        refused.tell(
                                                "an unknown address",
                                                "its TLS handshake failed; it may know no TLS 1.3.");
                                    }
                                });
    }

    /**
     * Opens the port.
     *
     * @param credential what the central server shows
     * @param feed what NuGet clients are shown, if any are answered
     * @param port 0 for any free one
     * @throws IOException with a sentence if it cannot be opened
     */
    public static CachePort open(
            Vertx vertx,
            Identity identity,
            PackageStore blobs,
            GrantVerifier grants,
            Pulls pulls,
            Optional<CachedFeed> feed,
            String credential,
            String host,
            int port)
            throws IOException {
        var refused = new Refused();
        var trust = new CentralTrust(credential, refused);
        var disk = new DiskWork(vertx);
        var opened =
                new CachePort(
                        vertx,
                        identity,
                        new BlobReads(blobs, grants, pulls, trust, refused, Clock.systemUTC()),
                        new PullControl(pulls, trust),
                        new Holdings(disk, blobs, pulls, trust),
                        new FeedControl(disk, trust, feed),
                        refused);
        try {
            opened.server
                    .listen(port, host)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, SECONDS);
            return opened;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "The cache cannot listen on %s:%d. Set STAGECOACH_CACHE_PORT to a free port."
                            .formatted(host, port),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("The cache was stopped while it was starting.", e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    private void on(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        if (path.equals("/q/health") || path.startsWith("/q/health/")) {
            PortAnswers.json(
                    request.response(),
                    200,
                    new JsonObject().put("status", "UP").toBuffer().getBytes());
        } else if (path.equals(CacheProtocol.HOLDINGS) && request.method().equals(HttpMethod.GET)) {
            holdings.list(request);
        } else if (path.equals(CacheProtocol.FEED)) {
            feed.answer(request);
        } else if (!isDigestBelow(CacheProtocol.BLOBS, path, request, this::onBlob)
                && !isDigestBelow(CacheProtocol.PULLS, path, request, control::answer)) {
            PortAnswers.problem(
                    request.response(),
                    404,
                    "Not found",
                    "A cache has /blobs/<sha512> for tentacles and /pulls/<sha512> for the central server.");
        }
    }

    private void onBlob(HttpServerRequest request, Sha512 sha512) {
        if (request.method().equals(HttpMethod.DELETE)) {
            holdings.drop(request, sha512);
        } else {
            reads.answer(request, sha512);
        }
    }

    private static boolean isDigestBelow(
            String prefix,
            String path,
            HttpServerRequest request,
            BiConsumer<HttpServerRequest, Sha512> answer) {
        if (!path.startsWith(prefix)) {
            return false;
        }
        Optional<Sha512> sha512 = digest(path.substring(prefix.length()));
        sha512.ifPresent(digest -> answer.accept(request, digest));
        return sha512.isPresent();
    }

    private static Optional<Sha512> digest(String text) {
        try {
            return Optional.of(Sha512.parseHex(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
