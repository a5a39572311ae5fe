package stagecoach.packages.cache.port;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.cache.pull.Pulls;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullOrder;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.vocabulary.packages.Sha512;

/** Takes orders of the central server, known by its credential. */
final class PullControl {
    private static final int ORDER_BYTES_MAX = 1 << 16;
    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,9}");

    private final Pulls pulls;
    private final CentralTrust trust;

    PullControl(Pulls pulls, CentralTrust trust) {
        this.pulls = pulls;
        this.trust = trust;
    }

    /** Answers a PUT, GET or DELETE; on the request's event loop. */
    void answer(HttpServerRequest request, Sha512 sha512) {
        HttpServerResponse response = request.response();
        if (!trust.admits(request)) {
            return;
        }
        switch (request.method().name()) {
            case "PUT" -> onPut(request, sha512);
            case "GET" -> onGet(request, sha512);
            case "DELETE" -> {
                pulls.stop(sha512);
                response.setStatusCode(204).end();
            }
            default -> {
                response.putHeader("Allow", "PUT, GET, DELETE");
                PortAnswers.problem(
                        response, 405, "Method not allowed", "A pull is put, read or deleted.");
            }
        }
    }

    private void onPut(HttpServerRequest request, Sha512 sha512) {
        Buffer body = Buffer.buffer();
        request.handler(
                part -> {
                    if (body.length() + part.length() <= ORDER_BYTES_MAX) {
                        body.appendBuffer(part);
                    } else {
                        PortAnswers.problem(
                                request.response(),
                                413,
                                "Too large",
                                "An order has at most %d bytes.".formatted(ORDER_BYTES_MAX));
                    }
                });
        request.endHandler(
                _ -> {
                    if (request.response().ended()) {
                        return;
                    }
                    PullOrder order;
                    try {
                        order = PullOrder.parse(sha512, body.getBytes());
                    } catch (IllegalArgumentException e) {
                        PortAnswers.problem(
                                request.response(),
                                400,
                                "Invalid input",
                                String.valueOf(e.getMessage()));
                        return;
                    }
                    tell(request, sha512, pulls.order(order, wait(request)));
                });
    }

    private void onGet(HttpServerRequest request, Sha512 sha512) {
        Optional<CompletableFuture<PullStatus>> status = pulls.status(sha512, wait(request));
        if (status.isPresent()) {
            tell(request, sha512, status.get());
        } else {
            PortAnswers.problem(
                    request.response(),
                    404,
                    "Not found",
                    "Nobody ordered this pull since the cache was started. Put it.");
        }
    }

    private static void tell(
            HttpServerRequest request, Sha512 sha512, CompletableFuture<PullStatus> status) {
        Context context = Objects.requireNonNull(Vertx.currentContext());
        var _ =
                status.whenComplete(
                        (now, failure) ->
                                context.runOnContext(
                                        _ -> {
                                            if (failure == null) {
                                                PortAnswers.json(
                                                        request.response(), 200, now.json(sha512));
                                            } else {
                                                PortAnswers.problem(
                                                        request.response(),
                                                        500,
                                                        "Internal error",
                                                        "The cache failed: " + failure);
                                            }
                                        }));
    }

    private static int wait(HttpServerRequest request) {
        @Nullable String millis = request.getParam(CacheProtocol.WAIT);
        return millis == null || !MILLIS.matcher(millis).matches()
                ? 0
                : Math.min(Integer.parseInt(millis), CacheProtocol.WAIT_MILLIS_MAX);
    }
}
