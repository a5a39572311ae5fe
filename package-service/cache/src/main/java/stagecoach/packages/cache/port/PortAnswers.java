package stagecoach.packages.cache.port;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;
import org.jboss.logging.Logger;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.ReadRequest;
import stagecoach.vocabulary.packages.Sha512;

/** The answers of the ports. */
final class PortAnswers {
    private static final Logger LOG = Logger.getLogger(PortAnswers.class);
    private static final int PIECE_BYTES = 1 << 16;

    /** A reader that takes nothing for so long is gone. */
    private static final Duration TAKEN_WITHIN = Duration.ofMinutes(1);

    private PortAnswers() {}

    /** A refusal in the form of RFC 9457, ends the response; called on its event loop. */
    static void problem(HttpServerResponse response, int status, String title, String detail) {
        if (response.ended() || response.closed()) {
            return;
        }
        var problem =
                new JsonObject().put("title", title).put("status", status).put("detail", detail);
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/problem+json")
                .end(problem.toBuffer());
    }

    /** JSON, ends the response; called on its event loop. */
    static void json(HttpServerResponse response, int status, byte[] json) {
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(json));
    }

    /** What the headers of a GET or HEAD ask for. */
    static ReadRequest asked(HttpServerRequest request) {
        return new ReadRequest(
                request.method().equals(HttpMethod.HEAD),
                Optional.ofNullable(request.getHeader("Range")),
                Optional.ofNullable(request.getHeader("If-Range")),
                Optional.ofNullable(request.getHeader("If-None-Match")));
    }

    /** A package; what lies in a file is sent by the operating system. */
    static void blob(HttpServerRequest request, Delivery delivery, BlobStore blobs, Sha512 sha512) {
        HttpServerResponse response = begun(request, delivery);
        if (request.method().equals(HttpMethod.HEAD) || delivery.bodyLength() == 0) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", "application/octet-stream");
        Optional<Path> file = blobs.asFile(sha512);
        if (file.isEmpty()) {
            Thread.ofVirtual()
                    .name("blob-read")
                    .start(() -> stream(response, delivery, blobs, sha512));
            return;
        }
        response.sendFile(file.get().toString(), delivery.bodyFrom(), delivery.bodyLength())
                .onFailure(
                        failure -> {
                            LOG.debugf(failure, "A reader went away. file=%s", file.get());
                            response.reset();
                        });
    }

    /** Reads and sends, piece by piece, as fast as the reader takes it. */
    private static void stream(
            HttpServerResponse response, Delivery delivery, BlobStore blobs, Sha512 sha512) {
        try (InputStream content =
                blobs.read(sha512, delivery.bodyFrom(), delivery.bodyLength())
                        .orElseThrow(() -> new IOException("the store has lost " + sha512))) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                response.write(Buffer.buffer(count).appendBytes(piece, 0, count))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(TAKEN_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            }
            response.end();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf(e, "A reader went away. sha512=%s", sha512);
            response.reset();
        } catch (IOException | RuntimeException e) {
            LOG.warnf(e, "A package could not be sent; its reader asks again. sha512=%s", sha512);
            response.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.reset();
        }
    }

    /**
     * A document that is made for each request: its tag is its content's, so that what a client has
     * is not sent again.
     *
     * @param type of the media
     */
    static void document(HttpServerRequest request, byte[] content, String type, boolean gzip) {
        byte[] sent = gzip ? compressed(content) : content;
        var delivery =
                Delivery.of(
                        new ReadRequest(
                                request.method().equals(HttpMethod.HEAD),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.ofNullable(request.getHeader("If-None-Match"))),
                        Sha512.hashOf(sent),
                        sent.length);
        HttpServerResponse response = begun(request, delivery);
        // What came or went must be seen: nobody on the way may keep it.
        response.putHeader("Cache-Control", "no-cache").putHeader("Content-Type", type);
        if (gzip) {
            response.putHeader("Content-Encoding", "gzip");
        }
        if (request.method().equals(HttpMethod.HEAD) || delivery.bodyLength() == 0) {
            response.end();
        } else {
            response.end(Buffer.buffer(sent));
        }
    }

    private static HttpServerResponse begun(HttpServerRequest request, Delivery delivery) {
        HttpServerResponse response = request.response();
        response.setStatusCode(delivery.status());
        delivery.headers().forEach(response::putHeader);
        return response;
    }

    private static byte[] compressed(byte[] document) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
