package stagecoach.packages.app.pull;

import io.quarkus.logging.Log;
import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.grant.GrantAuthority;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.grant.GrantDecision;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.ReadRequest;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.runtime.access.Problem;
import stagecoach.runtime.access.Problems;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.wire.StagecoachJson;

/**
 * Where caches pull packages from: {@code GET /api/v1/caches/{cache}/blobs/{sha512}}, opened by a
 * grant for that cache and by nothing else. It lies beside REST, whose filter asks for API keys.
 */
@Singleton
class PullEndpoint {
    /** A cache that takes nothing for so long is gone; it comes back and goes on. */
    private static final Duration TAKEN_WITHIN = Duration.ofMinutes(1);

    private final GrantAuthority grants;
    private final BlobStore blobs;
    private final Paces paces;
    private final Problems problems;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("pulled-", 0).factory());

    PullEndpoint(GrantAuthority grants, BlobStore blobs, Paces paces, Problems problems) {
        this.grants = grants;
        this.blobs = blobs;
        this.paces = paces;
        this.problems = problems;
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    void install(@Observes Router router) {
        for (HttpMethod method : new HttpMethod[] {HttpMethod.GET, HttpMethod.HEAD}) {
            router.route(method, "/api/v1/caches/:cache/blobs/:sha512")
                    .order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT)
                    .handler(this::answer);
        }
    }

    private void answer(RoutingContext context) {
        CacheId cache;
        Sha512 sha512;
        try {
            cache = new CacheId(String.valueOf(context.pathParam("cache")));
            sha512 = Sha512.parseHex(String.valueOf(context.pathParam("sha512")));
        } catch (IllegalArgumentException e) {
            problem(context, 404, "not-found", String.valueOf(e.getMessage()));
            return;
        }
        Optional<String> refusal = refusal(context, cache, sha512);
        if (refusal.isPresent()) {
            problem(context, 403, "not-allowed", refusal.get());
            return;
        }
        OptionalLong size = size(sha512);
        if (size.isEmpty()) {
            problem(context, 404, "not-found", "This package is not here.");
            return;
        }
        send(context, cache, sha512, size.getAsLong());
    }

    private Optional<String> refusal(RoutingContext context, CacheId cache, Sha512 sha512) {
        @Nullable String token = context.request().getHeader(CacheProtocol.GRANT_HEADER);
        if (token == null) {
            return Optional.of(
                    "A cache pulls with the grant of its order, in the header %s."
                            .formatted(CacheProtocol.GRANT_HEADER));
        }
        return grants.judge(token, cache, sha512)
                        instanceof GrantDecision.Denied(GrantDecision.Reason reason)
                ? Optional.of(reason.sentence())
                : Optional.empty();
    }

    private OptionalLong size(Sha512 sha512) {
        try {
            return blobs.size(sha512);
        } catch (IOException e) {
            Log.errorf(e, "A package cannot be read. sha512=%s", sha512);
            return OptionalLong.empty();
        }
    }

    private void send(RoutingContext context, CacheId cache, Sha512 sha512, long size) {
        boolean head = context.request().method().equals(HttpMethod.HEAD);
        var asked =
                new ReadRequest(
                        head,
                        header(context, "Range"),
                        header(context, "If-Range"),
                        header(context, "If-None-Match"));
        var delivery = Delivery.of(asked, sha512, size);
        HttpServerResponse response = context.response();
        response.setStatusCode(delivery.status());
        delivery.headers().forEach(response::putHeader);
        if (head || delivery.bodyLength() == 0) {
            response.end();
            return;
        }
        response.putHeader("Content-Type", "application/octet-stream");
        Optional<DeploymentId> deployment = deployment(context);
        var body = new PacedBody(most -> paces.leave(cache, deployment, most));
        threads.execute(() -> send(body, response, sha512, delivery));
    }

    private void send(
            PacedBody body, HttpServerResponse response, Sha512 sha512, Delivery delivery) {
        try (InputStream content =
                blobs.read(sha512, delivery.bodyFrom(), delivery.bodyLength())
                        .orElseThrow(() -> new IOException("the store has lost " + sha512))) {
            body.send(
                    content,
                    delivery.bodyLength(),
                    (piece, count) ->
                            PacedBody.awaitTaken(
                                    response.write(
                                            Buffer.buffer(count).appendBytes(piece, 0, count)),
                                    TAKEN_WITHIN));
            response.end();
        } catch (IOException e) {
            Log.debugf(e, "A cache went away. sha512=%s", sha512);
            response.reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.reset();
        } catch (RuntimeException e) {
            Log.warnf(
                    e, "A package could not be sent to a cache; it asks again. sha512=%s", sha512);
            response.reset();
        }
    }

    private static Optional<DeploymentId> deployment(RoutingContext context) {
        try {
            return Optional.ofNullable(context.request().getParam(CacheProtocol.DEPLOYMENT))
                    .map(DeploymentId::new);
        } catch (IllegalArgumentException e) {
            Log.debugf(e, "A cache pulls for something that is no deployment.");
            return Optional.empty();
        }
    }

    private static Optional<String> header(RoutingContext context, String name) {
        return Optional.ofNullable(context.request().getHeader(name));
    }

    private void problem(RoutingContext context, int status, String code, String detail) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(StagecoachJson.text(problems.response(status, code, detail).getEntity()));
    }
}
