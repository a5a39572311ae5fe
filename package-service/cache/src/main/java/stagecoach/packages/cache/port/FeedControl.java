package stagecoach.packages.cache.port;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Optional;
import stagecoach.packages.cache.feed.CachedFeed;
import stagecoach.packages.server.pull.FeedExcerpt;

/** Takes from the central server what may be told to NuGet clients. */
final class FeedControl {
    private final DiskWork disk;
    private final CentralTrust trust;
    private final Optional<CachedFeed> feed;

    /**
     * @param feed empty if no NuGet client is answered
     */
    FeedControl(DiskWork disk, CentralTrust trust, Optional<CachedFeed> feed) {
        this.disk = disk;
        this.trust = trust;
        this.feed = feed;
    }

    /** Answers on the request's event loop. */
    void answer(HttpServerRequest request) {
        if (!trust.admits(request)) {
            return;
        }
        HttpServerResponse response = request.response();
        if (feed.isEmpty()) {
            PortAnswers.problem(
                    response,
                    404,
                    "Not found",
                    "This cache answers no NuGet clients: it has no STAGECOACH_CACHE_NUGET_PORT.");
        } else if (request.method().equals(HttpMethod.HEAD)) {
            response.putHeader("ETag", "\"" + feed.get().tag() + "\"").end();
        } else if (request.method().equals(HttpMethod.PUT)) {
            take(request, feed.get());
        } else {
            response.putHeader("Allow", "HEAD, PUT");
            PortAnswers.problem(
                    response, 405, "Method not allowed", "What is shown is put, or asked for.");
        }
    }

    private void take(HttpServerRequest request, CachedFeed told) {
        Buffer body = Buffer.buffer();
        request.handler(
                part -> {
                    if (body.length() + part.length() <= FeedExcerpt.BYTES_MAX) {
                        body.appendBuffer(part);
                    } else {
                        PortAnswers.problem(
                                request.response(),
                                413,
                                "Too large",
                                "A part of a feed has at most %d bytes."
                                        .formatted(FeedExcerpt.BYTES_MAX));
                    }
                });
        request.endHandler(
                _ -> {
                    if (!request.response().ended()) {
                        disk.elsewhere(request, () -> taken(request, told, body.getBytes()));
                    }
                });
    }

    private static Runnable taken(HttpServerRequest request, CachedFeed told, byte[] json)
            throws IOException {
        try {
            return told.tell(json)
                    ? () -> request.response().setStatusCode(204).end()
                    : () ->
                            PortAnswers.problem(
                                    request.response(),
                                    503,
                                    "Not now",
                                    "What was told before is still being followed.");
        } catch (IllegalArgumentException wrong) {
            return () ->
                    PortAnswers.problem(
                            request.response(),
                            400,
                            "Invalid input",
                            String.valueOf(wrong.getMessage()));
        }
    }
}
