package stagecoach.packages.cache.port;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.blob.BlobStore;

/**
 * A port of its own for NuGet clients: they trust certificates of authorities and know nothing of
 * thumbprints, and some of them know no TLS 1.3.
 */
public final class NuGetPort implements Closeable {
    private static final int START_SECONDS_MAX = 20;
    private static final int IDLE_SECONDS_MAX = 120;

    private final HttpServer server;

    private NuGetPort(HttpServer server) {
        this.server = server;
    }

    /**
     * Where it listens.
     *
     * @param port 0 for any free one
     * @param certificate empty for plain HTTP, which is for this machine and its proxy only
     */
    public record Address(String host, int port, Optional<Certificate> certificate) {}

    /** The files, in PEM, of a certificate with its chain, and of its key. */
    public record Certificate(Path chain, Path key) {}

    /**
     * Opens the port.
     *
     * @throws IOException with a sentence if it cannot be opened
     */
    public static NuGetPort open(
            Vertx vertx, Address address, BlobStore blobs, Pulls pulls, CachedFeed feed)
            throws IOException {
        var options =
                new HttpServerOptions()
                        .setIdleTimeout(IDLE_SECONDS_MAX)
                        .setIdleTimeoutUnit(SECONDS);
        address.certificate()
                .ifPresent(
                        files ->
                                options.setSsl(true)
                                        .setUseAlpn(false)
                                        .setEnabledSecureTransportProtocols(
                                                Set.of("TLSv1.2", "TLSv1.3"))
                                        .setKeyCertOptions(
                                                new PemKeyCertOptions()
                                                        .addCertPath(files.chain().toString())
                                                        .addKeyPath(files.key().toString())));
        var reads = new NuGetReads(new DiskWork(vertx), blobs, pulls, feed);
        HttpServer server = vertx.createHttpServer(options).requestHandler(reads::answer);
        try {
            server.listen(address.port(), address.host())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, SECONDS);
            return new NuGetPort(server);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "NuGet clients cannot be served on %s:%d. Set STAGECOACH_CACHE_NUGET_PORT to a free port, and STAGECOACH_CACHE_NUGET_CERTIFICATE and STAGECOACH_CACHE_NUGET_KEY to files in PEM, or to nothing."
                            .formatted(address.host(), address.port()),
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

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
